#include "tests/concurrency/client.h"

#include "base/bytes.h"
#include "digest/hasher.h"

namespace skerry::concurrency {
namespace {

// Few, so that clients meet; one is the beginning of another, and one stands on both sides of a listing's `/`.
constexpr std::string_view kKeys[] = {"a", "a/b", "b"};

std::string md5_hex(std::string_view bytes) { return digest::digest_of(digest::Algorithm::MD5, bytes).hex(); }

std::string path(std::string_view bucket, std::string_view key) { return fmt::format("/{}/{}", bucket, key); }

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (unsigned char c : text)
    out += std::isalnum(c) ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  return out;
}

std::string in_quotes(std::string_view etag) { return fmt::format("\"{}\"", etag); }

// Vouched for, as these operations demand.
Ask with_document(std::string method, std::string target, std::string document) {
  std::string md5 = digest::digest_of(digest::Algorithm::MD5, document).base64();
  return {.method = std::move(method),
          .target = std::move(target),
          .body = std::move(document),
          .headers = {{"content-md5", std::move(md5)}}};
}

// An ETag as a document has it: quoted, and the quotes maybe escaped.
std::string bare_etag(std::string text) {
  for (std::string_view quote : {"&quot;", "&#34;", "\""}) {
    if (text.starts_with(quote) && text.ends_with(quote))
      text = text.substr(quote.size(), text.size() - 2 * quote.size());
  }
  return text;
}

}  // namespace

std::string name_of(std::string_view bucket, std::string_view key) { return fmt::format("{}/{}", bucket, key); }

Task<> Client::work(int steps) {
  for (int i = 0; i < steps; ++i) {
    co_await sleep_for(microseconds(random_.below(50'000)));
    co_await step();
  }
}

Task<> Client::step() {
  std::uint64_t where = random_.below(100);
  if (where < 20) {
    co_await step_in_churn();
    co_return;
  }
  std::string bucket(where < 60 ? kPlain : where < 80 ? kKept : kBrief);
  std::string key(kKeys[random_.below(std::size(kKeys))]);
  std::uint64_t what = random_.below(100);
  if (bucket == kBrief && what < 12) {
    co_await make_bucket(bucket);
  } else if (bucket == kBrief && what < 24) {
    if (random_.chance(0.5)) co_await empty_bucket(bucket);
    co_await remove_bucket(bucket);
  } else if (bucket == kKept && what < 6) {
    co_await set_versioning(bucket, random_.chance(0.6));
  } else if (what < 45) {
    co_await put(bucket, key);
  } else if (what < 65) {
    co_await get(bucket, key);
  } else if (what < 77) {
    co_await remove(bucket, key);
  } else if (what < 81) {
    std::vector<std::string> keys(std::begin(kKeys), std::end(kKeys));
    co_await remove_several(bucket, std::move(keys));
  } else if (what < 84) {
    std::string from_bucket(random_.chance(0.5) ? kPlain : kKept), from(kKeys[random_.below(std::size(kKeys))]);
    co_await copy(std::move(from_bucket), std::move(from), bucket, key);
  } else if (what < 87) {
    co_await upload(bucket, key);
  } else if (what < 89) {
    co_await tag(bucket, key);
  } else {
    std::string prefix(random_.chance(0.5) ? "" : "a");
    co_await list(bucket, std::move(prefix));
  }
}

Task<> Client::step_in_churn() {
  std::string bucket(kChurn), key(kKeys[random_.below(std::size(kKeys))]);
  std::uint64_t what = random_.below(100);
  std::size_t versions = notebook_.versions.size();
  if (what < 35 || versions == 0) {
    co_await put(bucket, key);
  } else if (what < 50) {
    co_await remove(bucket, key);
  } else if (what < 60) {
    co_await get(bucket, key);
  } else {
    // Of the latest few: where promotions happen.
    std::size_t index = versions - 1 - random_.below(std::min<std::size_t>(versions, 6));
    if (what < 80) {
      co_await get_version(index);
    } else {
      co_await remove_version(index);
    }
  }
}

Task<Reply> Client::ask(std::string operation, Ask ask) {
  auto server = pick_(random_);
  while (!server) {
    co_await sleep_for(milliseconds(50));
    server = pick_(random_);
  }
  Reply reply = co_await server->ask(std::move(ask));
  notebook_.answers[fmt::format("{} {}{}{}", operation, reply.status, reply.code.empty() ? "" : " ", reply.code)] += 1;
  co_return reply;
}

void Client::wrong(const Reply& reply, std::string_view what) {
  notebook_.wrong.push_back(fmt::format("{}: {} {} {} {}", what, reply.status, reply.code, reply.detail,
                                        reply.broken ? reply.broken->detail : ""));
}

// Sizes on both sides of what lies beside its row, and of one record of a blob. Each begins with bytes that no other
// has.
std::string Client::new_body() {
  std::uint64_t kind = random_.below(100);
  std::size_t size = kind < 50   ? 16 + random_.below(100)
                     : kind < 65 ? 1'000 + random_.below(1'000)
                     : kind < 92 ? 4'000 + random_.below(4'000)
                                 : 60'000 + random_.below(80'000);
  std::string body = fmt::format("{:016x}", random_.next_u64());
  while (body.size() < size) body += body.substr(0, std::min(body.size(), size - body.size()));
  notebook_.bodies.emplace(md5_hex(body), body);
  return body;
}

Client::Demand Client::demand(const std::string& name, bool may_ask_for_absence) {
  std::uint64_t kind = random_.below(100);
  if (kind < 12 && may_ask_for_absence) return {model::Condition{}, {{"if-none-match", "*"}}};
  auto seen = seen_.find(name);
  if (kind >= 30 || seen == seen_.end()) return {};
  return {model::Condition{seen->second}, {{"if-match", in_quotes(seen->second)}}};
}

void Client::end_write(model::History::Id id, const Reply& reply, bool conditional) {
  model::History& history = notebook_.history;
  if (reply.status == 200 || reply.status == 204) {
    history.done(id);
  } else if (conditional && (reply.status == 412 || (reply.status == 404 && reply.code == "NoSuchKey"))) {
    history.refused(id);
  } else if (reply.code == "NoSuchBucket" || reply.code == "OperationAborted" || reply.status == 501) {
    history.forget(id);
  } else if (reply.status != 503) {
    wrong(reply, "a write");
  }
}

Task<> Client::put(std::string bucket, std::string key) {
  std::string body = new_body(), etag = md5_hex(body), name = name_of(bucket, key);
  bool judged = bucket != kChurn;
  Demand demanded = judged ? demand(name, true) : Demand{};
  Ask request{.method = "PUT", .target = path(bucket, key), .body = std::move(body), .headers = demanded.headers};
  std::optional<model::History::Id> id;
  if (judged) id = notebook_.history.put(name, etag, demanded.condition);
  Reply reply = co_await ask("PutObject", std::move(request));
  if (reply.status == 200) {
    if (reply.etag() != etag) wrong(reply, "the ETag of a put is " + reply.etag());
    seen_[name] = etag;
    if (!judged) note_version(key, reply, etag);
  }
  if (id) end_write(*id, reply, demanded.condition.has_value());
}

Task<> Client::remove(std::string bucket, std::string key) {
  std::string name = name_of(bucket, key);
  bool judged = bucket != kChurn;
  Demand demanded = judged ? demand(name, false) : Demand{};
  Ask request{.method = "DELETE", .target = path(bucket, key), .headers = demanded.headers};
  std::optional<model::History::Id> id;
  if (judged) id = notebook_.history.remove(name, demanded.condition);
  Reply reply = co_await ask("DeleteObject", std::move(request));
  if (reply.status == 204 && !judged) note_version(key, reply, "");
  if (id) end_write(*id, reply, demanded.condition.has_value());
}

Task<> Client::remove_several(std::string bucket, std::vector<std::string> keys) {
  std::string document = "<Delete>";
  std::map<std::string, model::History::Id> ids;
  for (const std::string& key : keys) {
    document += fmt::format("<Object><Key>{}</Key></Object>", key);
    ids.emplace(key, notebook_.history.remove(name_of(bucket, key)));
  }
  document += "</Delete>";
  Ask request = with_document("POST", fmt::format("/{}?delete", bucket), std::move(document));
  Reply reply = co_await ask("DeleteObjects", std::move(request));
  if (reply.status != 200) {
    for (auto& [key, id] : ids) end_write(id, reply, false);
    co_return;
  }
  for (const std::string& deleted : reply.all("Deleted")) {
    Reply part{.body = deleted};
    auto found = ids.extract(part.text("Key"));
    if (!found) {
      wrong(reply, "DeleteObjects names a key twice, or one that was not asked for");
    } else {
      notebook_.history.done(found.mapped());
    }
  }
  for (const std::string& failed : reply.all("Error")) {
    Reply part{.status = 503, .body = failed};
    if (part.text("Code") == "InternalError" && part.text("Message").find("resend") == std::string::npos) {
      wrong(part, "DeleteObjects says " + failed);
    }
    ids.erase(part.text("Key"));  // open
  }
  if (!ids.empty()) wrong(reply, "DeleteObjects says nothing of " + ids.begin()->first);
}

Task<> Client::copy(std::string from_bucket, std::string from, std::string to_bucket, std::string to) {
  // The source is pinned by its ETag, so that the value that is written is known from the start.
  auto seen = seen_.find(name_of(from_bucket, from));
  if (seen == seen_.end() || name_of(from_bucket, from) == name_of(to_bucket, to)) co_return;
  Ask request{.method = "PUT",
              .target = path(to_bucket, to),
              .headers = {{"x-amz-copy-source", path(from_bucket, from)},
                          {"x-amz-copy-source-if-match", in_quotes(seen->second)}}};
  // Of what was uploaded in parts too the copy is one piece.
  std::string etag = md5_hex(notebook_.bodies.at(seen->second));
  model::History::Id id = notebook_.history.put(name_of(to_bucket, to), etag);
  Reply reply = co_await ask("CopyObject", std::move(request));
  bool source_changed = reply.status == 412 || (reply.status == 404 && reply.code == "NoSuchKey");
  if (source_changed) {
    notebook_.history.forget(id);
  } else {
    if (reply.status == 200 && bare_etag(reply.text("ETag")) != etag) {
      wrong(reply, "a copy of other bytes: " + reply.body);
    }
    end_write(id, reply, false);
  }
}

Task<> Client::upload(std::string bucket, std::string key) {
  Ask create{.method = "POST", .target = path(bucket, key) + "?uploads"};
  Reply created = co_await ask("CreateMultipartUpload", std::move(create));
  if (created.status != 200) co_return;
  std::string upload = created.text("UploadId");
  std::string body = new_body(), md5 = md5_hex(body);
  std::string target = path(bucket, key);
  Ask part{.method = "PUT", .target = fmt::format("{}?partNumber=1&uploadId={}", target, upload), .body = body};
  Reply stored = co_await ask("UploadPart", std::move(part));
  if (stored.status != 200) co_return;

  std::string etag = md5_hex(*unhex(md5)) + "-1";
  notebook_.bodies.emplace(etag, std::move(body));
  std::string document = fmt::format(
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>", md5);
  Ask complete{.method = "POST", .target = fmt::format("{}?uploadId={}", target, upload), .body = std::move(document)};
  model::History::Id id = notebook_.history.put(name_of(bucket, key), etag);
  Reply completed = co_await ask("CompleteMultipartUpload", std::move(complete));
  // 404: the bucket was deleted meanwhile, and made again.
  if (completed.code == "NoSuchUpload") {
    notebook_.history.forget(id);
  } else {
    end_write(id, completed, false);
  }
}

Task<> Client::tag(std::string bucket, std::string key) {
  std::string document = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
  Ask request = with_document("PUT", path(bucket, key) + "?tagging", std::move(document));
  Reply reply = co_await ask("PutObjectTagging", std::move(request));
  bool expected = reply.status == 200 || reply.status == 404 || reply.status == 503 || reply.status == 501 ||
                  reply.code == "OperationAborted" || reply.code == "MethodNotAllowed";
  if (!expected) wrong(reply, "tagging");
}

std::optional<std::string> Client::value_of(const Reply& reply, const std::string& what) {
  std::string etag = reply.etag();
  auto known = notebook_.bodies.find(etag);
  if (known == notebook_.bodies.end()) {
    wrong(reply, what + " has an ETag that nobody made: " + etag);
  } else if (reply.status == 200 && reply.body != known->second) {
    wrong(reply, fmt::format("{} gives {} bytes that are not those of {}", what, reply.body.size(), etag));
  } else if (reply.status == 206) {
    std::size_t first = std::strtoull(reply.header("content-range").c_str() + sizeof("bytes ") - 1, nullptr, 10);
    if (known->second.compare(first, reply.body.size(), reply.body) != 0 || reply.body.empty()) {
      wrong(reply, what + " gives a range that is not of " + etag);
    }
  }
  return etag;
}

Task<> Client::get(std::string bucket, std::string key) {
  std::string name = name_of(bucket, key);
  bool judged = bucket != kChurn;
  Ask request{.method = "GET", .target = path(bucket, key)};
  if (random_.chance(0.2)) {
    std::uint64_t first = random_.below(16);
    request.headers.emplace_back("range", fmt::format("bytes={}-{}", first, first + random_.below(100'000)));
  }
  std::optional<model::History::Id> id;
  if (judged) id = notebook_.history.get(name);
  Reply reply = co_await ask("GetObject", std::move(request));
  std::optional<std::optional<std::string>> told;
  bool whole = reply.status == 200 || reply.status == 206;
  if (whole && reply.broken) {
    if (reply.broken->errc != ReadErrc::Unavailable) wrong(reply, "the body of " + name);
  } else if (whole) {
    told = value_of(reply, name);
    seen_[name] = **told;
  } else if (reply.status == 404) {
    told.emplace();
  } else if (reply.status != 503 && reply.code != "OperationAborted") {
    wrong(reply, "a read of " + name);
  }
  if (id && told) notebook_.history.got(*id, *told);
  if (id && !told) notebook_.history.forget(*id);
}

Task<> Client::list(std::string bucket, std::string prefix) {
  model::History::Id id = notebook_.history.list(name_of(bucket, prefix));
  std::vector<model::Entry> entries;
  std::uint64_t page = 1 + random_.below(3);
  std::string token;
  for (;;) {
    Ask request{.method = "GET",
                .target = fmt::format("/{}?list-type=2&prefix={}&max-keys={}{}{}", bucket, prefix, page,
                                      token.empty() ? "" : "&continuation-token=", token)};
    Reply reply = co_await ask("ListObjectsV2", std::move(request));
    if (reply.code == "NoSuchBucket" && token.empty()) {
      notebook_.history.listed(id, {});
      co_return;
    }
    if (reply.status != 200) {
      if (reply.status != 503 && reply.code != "NoSuchBucket") wrong(reply, "a listing of " + bucket);
      notebook_.history.forget(id);
      co_return;
    }
    for (const std::string& contents : reply.all("Contents")) {
      Reply item{.body = contents};
      entries.push_back({name_of(bucket, item.text("Key")), bare_etag(item.text("ETag"))});
    }
    token = percent_encoded(reply.text("NextContinuationToken"));
    if (token.empty()) break;
  }
  notebook_.history.listed(id, std::move(entries));
}

Task<> Client::make_bucket(std::string bucket) {
  Ask request{.method = "PUT", .target = "/" + bucket};
  Reply reply = co_await ask("CreateBucket", std::move(request));
  bool expected = reply.status == 200 || reply.status == 409 || reply.status == 503;
  if (!expected) wrong(reply, "making a bucket");
}

Task<> Client::remove_bucket(std::string bucket) {
  Ask request{.method = "DELETE", .target = "/" + bucket};
  Reply reply = co_await ask("DeleteBucket", std::move(request));
  bool expected = reply.status == 204 || reply.status == 404 || reply.status == 409 || reply.status == 503;
  if (!expected) wrong(reply, "removing a bucket");
}

Task<> Client::empty_bucket(std::string bucket) {
  for (std::string_view key : kKeys) {
    std::string name(key);
    co_await remove(bucket, std::move(name));
  }
}

Task<> Client::set_versioning(std::string bucket, bool enabled) {
  std::string document = fmt::format("<VersioningConfiguration><Status>{}</Status></VersioningConfiguration>",
                                     enabled ? "Enabled" : "Suspended");
  Ask request = with_document("PUT", fmt::format("/{}?versioning", bucket), std::move(document));
  Reply reply = co_await ask("PutBucketVersioning", std::move(request));
  bool expected = reply.status == 200 || reply.status == 503 || reply.code == "OperationAborted";
  if (!expected) wrong(reply, "versioning");
}

void Client::note_version(const std::string& key, const Reply& reply, std::string etag) {
  std::string id = reply.header("x-amz-version-id");
  if (id.empty() || id == "null") return;
  notebook_.versions.push_back({.key = key, .id = id, .etag = std::move(etag)});
}

Task<> Client::get_version(std::size_t index) {
  Notebook::Version version = notebook_.versions[index];
  Ask request{.method = "GET", .target = fmt::format("{}?versionId={}", path(kChurn, version.key), version.id)};
  bool was_gone = version.removal_told;
  Reply reply = co_await ask("GetObjectVersion", std::move(request));
  bool may_be_gone = notebook_.versions[index].removal_asked;
  std::string what = fmt::format("version {} of {}", version.id, version.key);
  bool there = reply.status == 200 || reply.status == 405;  // a delete marker
  if (reply.status == 503 || (reply.broken && reply.broken->errc == ReadErrc::Unavailable)) co_return;
  if (there && was_gone) {
    wrong(reply, what + " is there after its removal was acknowledged");
  } else if (reply.status == 404 && !may_be_gone) {
    wrong(reply, what + " is not there, and nobody has removed it");
  } else if (reply.broken || (!there && reply.status != 404 && reply.code != "OperationAborted")) {
    wrong(reply, what);
  } else if (there && (reply.status == 405) != version.etag.empty()) {
    wrong(reply, what + " has become something else");
  } else if (reply.status == 200 && value_of(reply, what) != version.etag) {
    wrong(reply, what + " has another's bytes");
  }
}

Task<> Client::remove_version(std::size_t index) {
  Notebook::Version version = notebook_.versions[index];
  Ask request{.method = "DELETE", .target = fmt::format("{}?versionId={}", path(kChurn, version.key), version.id)};
  notebook_.versions[index].removal_asked = true;
  Reply reply = co_await ask("DeleteObjectVersion", std::move(request));
  if (reply.status == 204) {
    notebook_.versions[index].removal_told = true;
  } else if (reply.status != 503 && reply.code != "OperationAborted") {
    wrong(reply, "removing a version");
  }
}

}  // namespace skerry::concurrency
