#pragma once
#include <rocksdb/options.h>

#include "storage/local/row_db.h"

namespace skerry::storage::local {

// How RocksDB is tuned, each setting with its reason. Included by row_db.cc and the benchmark alone.
struct RocksTuning {
  rocksdb::DBOptions db;
  rocksdb::ColumnFamilyOptions rows;
  rocksdb::ColumnFamilyOptions bulk;
};

RocksTuning tune(const RowDbOptions& options);

}  // namespace skerry::storage::local
