#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iam/iam_world.h"
#include "iam/session_token.h"
#include "sts/ops/operations.h"

namespace skerry::sts {

class FakeFetcher final : public oidc::Fetcher {
 public:
  std::expected<std::string, oidc::FetchError> fetch(const std::string& location) override {
    auto found = documents.find(location);
    if (found == documents.end()) {
      return std::unexpected(oidc::FetchError{oidc::FetchErrc::Unreachable, location});
    }
    return found->second;
  }
  std::map<std::string, std::string> documents;
};

// What an operation gave: its answer, or "Code: message".
template <class T>
struct Given {
  std::optional<T> answer;
  std::string error;
  const T* operator->() const { return &*answer; }
};

inline std::string statement(std::string_view principal, std::string_view action, std::string_view condition = "") {
  return fmt::format(R"({{"Effect":"Allow","Principal":{},"Action":{}{}{}}})", principal, action,
                     condition.empty() ? "" : ",\"Condition\":", condition);
}
inline std::string document(std::string_view statements) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements);
}
// A unique id as IAM makes them, of a test's choice.
inline std::string id_of(std::string_view prefix, std::string_view name) {
  std::string out(prefix);
  for (char c : name) out += c == '-' ? 'X' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  out.resize(21, 'A');
  return out;
}
inline std::string role_id(std::string_view name) { return id_of("AROA", name); }

inline std::string allow(std::string_view action) {
  return document(fmt::format(R"({{"Effect":"Allow","Action":"{}","Resource":"*"}})", action));
}

// STS over a simulated store, with an account, and whoever a test puts there. Principals in trust policies are ids, as
// they are kept.
class StsTest : public testing::Test {
 protected:
  using Kind = iam::record::Session::Kind;

  void SetUp() override {
    ann_ = put_user("ann", id_of("AIDA", "ann"), allow("sts:*"));
    bob_ = put_user("bob", id_of("AIDA", "bob"), "");
  }

  std::shared_ptr<const iam::Principal> put_user(const std::string& name, const std::string& id,
                                                 const std::string& policy) {
    return put_user(account_, name, id, policy);
  }
  std::shared_ptr<const iam::Principal> put_user(const iam::Account& account, const std::string& name,
                                                 const std::string& id, const std::string& policy) {
    iam::record::User user = server_.put_user(account.account_id, name, id);
    if (!policy.empty()) {
      auto* own = user.mutable_identity()->add_inline_policies();
      own->set_name("own");
      own->set_document(policy);
      server_.change(account.account_id, [&](iam::Change& change) { change.put(user); });
    }
    return *sim_.run(server_.identities().loader().user(account, id));
  }

  struct RoleOptions {
    std::string policy = {};
    std::uint32_t max_session_seconds = 3600;
    std::string path = "/";
  };
  std::string put_role(const std::string& name, const std::string& trust_statements, const RoleOptions& options) {
    iam::record::Role role;
    role.mutable_identity()->set_id(role_id(name));
    role.mutable_identity()->set_name(name);
    role.mutable_identity()->set_path(options.path);
    role.set_trust_policy(document(trust_statements));
    role.set_max_session_seconds(options.max_session_seconds);
    auto* tag = role.mutable_identity()->add_tags();
    tag->set_key("Kind");
    tag->set_value("test");
    if (!options.policy.empty()) {
      auto* own = role.mutable_identity()->add_inline_policies();
      own->set_name("own");
      own->set_document(options.policy);
    }
    server_.change(account_.account_id, [&](iam::Change& change) {
      change.put(role);
      change.place(iam::rows::Entity::Role, role.identity().id(), name);
    });
    return "arn:aws:iam::" + account_.account_id + ":role" + options.path + name;
  }
  std::string put_role(const std::string& name, const std::string& trust) { return put_role(name, trust, {}); }

  // Who a temporary credential is; its error otherwise.
  std::expected<std::shared_ptr<const iam::Principal>, auth::CredentialErrc> who(const Credentials& credentials) {
    auto found = server_.find(credentials.access_key_id, credentials.session_token);
    if (!found) return std::unexpected(found.error());
    EXPECT_EQ((**found).secret, credentials.secret_access_key);
    return (**found).owner;
  }

  template <class Response, class Request>
  Given<Response> call(Task<Result<Response>> (*operation)(Parts, wire::Context&, Request),
                       std::shared_ptr<const iam::Principal> caller, Request request) {
    net::Request http;
    http.peer.address = "192.0.2.1";
    wire::Route route{.service = &kService};
    wire::Context context{.request = http, .route = route, .region = "us-east-1"};
    context.principal.owner = std::move(caller);
    context.denials = tell_denials_ ? &denials_ : nullptr;
    auto result = sim_.run(operation(parts_, context, std::move(request)));
    if (result) return {std::move(*result), ""};
    return {std::nullopt, fmt::format("{}: {}", result.error().info->code, result.error().message)};
  }

  Given<AssumeRoleResponse> assume(std::shared_ptr<const iam::Principal> caller, AssumeRoleRequest request) {
    if (request.role_session_name.empty()) request.role_session_name = "tests";
    return call(assume_role, std::move(caller), std::move(request));
  }
  static std::string denied(const iam::Principal& caller, std::string_view action, std::string_view role_arn) {
    return fmt::format("AccessDenied: User: {} is not authorized to perform: {} on resource: {}", caller.arn, action,
                       role_arn);
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  storage::SimulatedCluster cluster_{sim_, 3};
  iam::IamServer server_{sim_, cluster_, random_};
  iam::Account account_ = server_.make_account();
  FakeFetcher fetcher_;
  InlineWorkers workers_;
  oidc::ProviderKeys keys_{fetcher_, workers_, sim_, {{"issuer.example", "/keys.json"}}};
  iam::AuthorizationMessages denials_{*sim_.run(server_.accounts().kek()), sim_, random_};
  Parts parts_{server_.accounts(),
               server_.directory(),
               server_.identities().loader(),
               server_.identities().compiled(),
               denials_,
               keys_,
               sim_,
               random_};
  bool tell_denials_ = false;
  std::shared_ptr<const iam::Principal> root_ = iam::PrincipalLoader::root(account_);
  std::shared_ptr<const iam::Principal> ann_, bob_;  // ann may do everything with STS, bob nothing
};

}  // namespace skerry::sts
