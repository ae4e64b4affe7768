#pragma once
#include "base/clock.h"
#include "base/task.h"
#include "iam/records.pb.h"
#include "sts/api/types.h"
#include "sts/errors.h"
#include "sts/parts.h"

namespace skerry::sts {

// Makes the temporary credential of a session: a key id of its account, a secret, and a token with all of it. Begins
// with this second, so that what the client is told of its end is exactly when it ends. Nothing is kept.
Task<Result<Credentials>> issue(Parts parts, iam::record::Session session, seconds duration);

// Of whom users and root ask for a session of their own, or for somebody else: how long it lasts. Root's last an hour.
seconds own_session_duration(const iam::Principal& who, const std::optional<std::int32_t>& asked);

}  // namespace skerry::sts
