#pragma once
#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "iam/policy/keys.h"
#include "iam/principal.h"
#include "wire/context.h"

namespace skerry::iam {

// The global condition keys of one request (aws:SourceIp, aws:PrincipalTag/team), worked out as policies ask for them,
// and behind them the service's own.
//
// Source: "AWS global condition context keys", IAM's user guide. Not there, because there is nothing that they could
// say: keys of organisations, of VPCs, of calls that a service makes for somebody.
//
// Life: of one decision. Threads: one.
class RequestKeys final : public policy::Keys {
 public:
  // `service` may be null; it comes first.
  RequestKeys(const wire::Context& context, const Principal* principal, Time now, const policy::Keys* service)
      : context_(context), principal_(principal), now_(now), service_(service) {}

  std::span<const std::string_view> find(std::string_view key) const override;

  // Of those that are not tags: in lower case, ascending.
  static std::span<const std::string_view> names();

 private:
  enum class Name : std::uint8_t;
  struct Entry;
  static const std::array<Entry, 19> kNames;

  std::span<const std::string_view> of_principal(Name name) const;
  std::span<const std::string_view> of_request(Name name) const;
  std::span<const std::string_view> one(Name name, std::string_view value) const;
  std::span<const std::string_view> unless_empty(Name name, std::string_view value) const;
  std::span<const std::string_view> text(Name name, std::string value) const;

  const wire::Context& context_;
  const Principal* const principal_;
  const Time now_;
  const policy::Keys* const service_;
  // Each key's value has a place of its own: a view lives as long as the evaluation.
  mutable std::array<std::string_view, 19> values_{};
  mutable std::array<std::string, 4> texts_;
  mutable std::size_t texts_used_ = 0;
};

}  // namespace skerry::iam
