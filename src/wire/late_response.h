#pragma once
#include <expected>
#include <functional>
#include <string>

#include "base/gate.h"
#include "net/http.h"
#include "wire/error.h"

// Answers to operations that may take longer than clients wait for a first byte (CompleteMultipartUpload, CopyObject,
// UploadPartCopy). As S3 does: a status of 200, white space for as long as the work goes on, then the document, which
// may be an <Error>. A short piece of work is answered as any other, with its own status and headers.
namespace skerry::wire {

struct LateSettings {
  microseconds patience = seconds(5);   // before the 200 is sent
  microseconds interval = seconds(10);  // between spaces: clients and proxies give up on silence after 30 s or more
};

using Outcome = std::expected<net::Response, ApiError>;

// Runs `work` on the current executor, in `tasks`: it goes on to its end also when the client leaves. What `work` uses
// must live until `tasks` is closed; of the request it may keep only copies. `render` writes an error's document and
// outlives the response.
//
// Of a response that comes late only the document is sent: it must be a string, and its headers are lost.
// When `tasks` is closing the answer waits for the work.
Task<Outcome> late_response(Gate& tasks, Task<Outcome> work, std::function<std::string(const ApiError&)> render,
                            LateSettings settings);

}  // namespace skerry::wire
