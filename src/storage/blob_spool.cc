#include "storage/blob_spool.h"

#include "storage/sealed_source.h"
#include "storage/sealed_writer.h"

namespace skerry::storage {
namespace {

ReadError unavailable(const StoreError& failed) { return {ReadErrc::Unavailable, "the spool: " + failed.detail}; }

std::shared_ptr<const Kek> make_kek(Random& random) {
  const Secret key(random.bytes(kKeyBytes));
  return std::make_shared<const Kek>(KekId{random.next_u64()}, key);
}

Task<> remove_blob(BlobStore& blobs, BlobId id, Epochs::InFlight in_flight) {
  auto removed = co_await blobs.remove(id);
  if (removed) in_flight.settle();
}

class SpooledBlob final : public Spooled {
 public:
  SpooledBlob(BlobSpool::Parts parts, std::shared_ptr<const Kek> kek, Gate& tasks, Epochs::NewBlob blob,
              std::uint64_t size)
      : parts_(parts), kek_(std::move(kek)), tasks_(tasks), blob_(std::move(blob)), size_(size) {}
  ~SpooledBlob() override { tasks_.spawn(remove_blob(parts_.blobs, blob_.id, std::move(blob_.in_flight))); }

  std::uint64_t size() const override { return size_; }

  std::unique_ptr<ByteSource> open() const override {
    std::vector<Segment> segments{{.id = blob_.id, .size = size_}};
    return std::make_unique<SealedSource>(parts_.meta, parts_.blobs, parts_.readers, kek_, std::move(segments), 0,
                                          size_);
  }

 private:
  const BlobSpool::Parts parts_;
  const std::shared_ptr<const Kek> kek_;
  Gate& tasks_;
  Epochs::NewBlob blob_;
  const std::uint64_t size_;
};

class BlobSpoolWriter final : public SpoolWriter {
 public:
  BlobSpoolWriter(BlobSpool::Parts parts, std::shared_ptr<const Kek> kek, Gate& tasks, Epochs::NewBlob blob,
                  std::unique_ptr<BlobWriter> out)
      : parts_(parts),
        kek_(std::move(kek)),
        tasks_(tasks),
        blob_(std::move(blob)),
        out_(std::move(out), kek_, blob_.id, parts_.workers, tasks) {}

  Task<std::expected<void, ReadError>> append(std::string_view bytes) override {
    auto appended = co_await out_.append(bytes);
    if (!appended) co_return std::unexpected(unavailable(appended.error()));
    co_return std::expected<void, ReadError>();
  }

  Task<std::expected<std::shared_ptr<const Spooled>, ReadError>> finish() override {
    auto size = co_await out_.seal();
    if (!size) co_return std::unexpected(unavailable(size.error()));
    co_return std::make_shared<const SpooledBlob>(parts_, kek_, tasks_, std::move(blob_), *size);
  }

 private:
  const BlobSpool::Parts parts_;
  const std::shared_ptr<const Kek> kek_;
  Gate& tasks_;
  Epochs::NewBlob blob_;
  SealedWriter out_;
};

}  // namespace

BlobSpool::BlobSpool(Parts parts, Random& random) : parts_(parts), kek_(make_kek(random)) {}

Task<std::expected<std::unique_ptr<SpoolWriter>, ReadError>> BlobSpool::create(Gate& tasks) {
  // Of no service's partition: whoever finds it abandoned need not ask whether something refers to it.
  Epochs::NewBlob blob = parts_.epochs.new_blob_id(Partition::Registry);
  auto out = co_await parts_.blobs.create(blob.id);
  if (!out) co_return std::unexpected(unavailable(out.error()));
  co_return std::make_unique<BlobSpoolWriter>(parts_, kek_, tasks, std::move(blob), std::move(*out));
}

}  // namespace skerry::storage
