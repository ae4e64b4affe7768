#pragma once
#include "api/memory_budget.h"
#include "api/metrics.h"
#include "net/server.h"
#include "skerry/storage_stack.h"
#include "skerry/wire_up_s3.h"

namespace skerry {

// What can be read of a running server beside its requests: connections and bytes, memory, the committer and its queue,
// caches, the sweeper, the disk. Before the server starts; all of them outlive the metrics' last reading.
void wire_up_metrics(api::Metrics& metrics, const net::Server& server, const api::MemoryBudget& memory,
                     StorageStack& stack, const S3& s3, std::string data_folder);

}  // namespace skerry
