#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "iam/api/ops.h"
#include "iam/policy/binding.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_source.h"
#include "iam/service/simulated_request.h"

// SimulateCustomPolicy and SimulatePrincipalPolicy: what would be decided, and by which statements.
namespace skerry::iam {
namespace {

using policy::Decision;
using policy::Layer;
using policy::Simulation;
using Outcome = policy::Decision::Outcome;

// How answers call the kinds of policies: not by the model's enumeration, AWS's recorded answers show.
constexpr std::string_view kIdentityPolicy = "IAM Policy";
constexpr std::string_view kResourcePolicy = "Resource Policy";
constexpr std::string_view kBoundaryPolicy = "Permissions Boundary Policy";

std::string_view source_type(Layer layer) {
  if (layer == Layer::Resource) return kResourcePolicy;
  return layer == Layer::Boundary ? kBoundaryPolicy : kIdentityPolicy;
}

std::string word(Outcome outcome) {
  switch (outcome) {
    case Outcome::Allowed:
      return std::string(PolicyEvaluationDecisionType::kAllowed);
    case Outcome::ExplicitDeny:
      return std::string(PolicyEvaluationDecisionType::kExplicitDeny);
    case Outcome::ImplicitDeny:
      return std::string(PolicyEvaluationDecisionType::kImplicitDeny);
  }
  std::unreachable();
}

struct Input {
  Layer layer;
  std::string id;  // SourcePolicyId
  std::string text;
  bool stored = false;
};

// All that one call is about.
struct Scene {
  std::vector<Input> inputs;
  policy::SimulatedCaller caller;
  Simulation::Ids ids;  // of whom the resource's policy names
  Texts actions;
  Texts resources;
  std::string owner;  // ResourceOwner's account
  policy::ContextEntries context;
  std::size_t first = 0, limit = 0;  // of the page, among all pairs of action and resource
};

Result<std::size_t> first_of(const Paging& page) {
  if (page.after.empty()) return std::size_t{0};
  std::size_t last = 0;
  const char* const end = page.after.data() + page.after.size();
  auto [stop, failed] = std::from_chars(page.after.data(), end, last);
  if (failed != std::errc() || stop != end) return std::unexpected(bad_marker());
  return last + 1;
}

// What both operations have in common. Without policies that are stored, and without a caller.
template <class Request>
Result<Scene> scene_of(const Request& request) {
  auto page = paging(request.marker, request.max_items);
  if (!page) return std::unexpected(page.error());
  auto first = first_of(*page);
  if (!first) return std::unexpected(first.error());
  if (auto good = check_actions(request.action_names); !good) return std::unexpected(good.error());
  auto resources = resources_of(request.resource_arns);
  if (!resources) return std::unexpected(resources.error());
  if (auto good = check_handling(request.resource_handling_option, *resources); !good) {
    return std::unexpected(good.error());
  }
  auto owner = owner_of(request.resource_owner);
  if (!owner) return std::unexpected(owner.error());
  auto context = context_of(request.context_entries);
  if (!context) return std::unexpected(context.error());
  Scene out{.inputs = {},
            .caller = {},
            .ids = {},
            .actions = request.action_names,
            .resources = std::move(*resources),
            .owner = std::move(*owner),
            .context = std::move(*context),
            .first = *first,
            .limit = page->limit};
  if (request.permissions_boundary_policy_input_list) {
    const Texts& boundaries = *request.permissions_boundary_policy_input_list;
    if (boundaries.size() > 1) {
      return std::unexpected(invalid_input("Only one permissions boundary policy may be simulated."));
    }
    for (const std::string& text : boundaries) {
      out.inputs.push_back({Layer::Boundary, "PermissionsBoundaryPolicyInputList.1", text});
    }
  }
  if (request.resource_policy) out.inputs.push_back({Layer::Resource, "ResourcePolicy", *request.resource_policy});
  return out;
}

void add_inputs(Scene& scene, const Texts& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    scene.inputs.push_back({Layer::Identity, fmt::format("PolicyInputList.{}", i + 1), texts[i]});
  }
}

const Input* find_input(const Scene& scene, Layer layer) {
  auto found = std::ranges::find(scene.inputs, layer, &Input::layer);
  return found == scene.inputs.end() ? nullptr : &*found;
}

Result<void> check_caller(const Scene& scene) {
  if (!find_input(scene, Layer::Resource)) return {};
  if (scene.caller.arn.empty()) {
    return std::unexpected(invalid_input("CallerArn is required when a ResourcePolicy is simulated."));
  }
  if (auto arn = Arn::parse(scene.caller.arn); arn && arn->resource.starts_with("user/")) return {};
  return std::unexpected(invalid_input("Invalid caller - Caller must be an IAM user in this context."));
}

// The ids of those users and roles of the account that the resource's policy names.
Task<Result<Simulation::Ids>> ids_of_named(Directory& directory, std::string account_id, const Scene& scene) {
  std::vector<std::string> own;
  if (const Input* input = find_input(scene, Layer::Resource)) {
    auto document = policy::parse(input->text, policy::Kind::Resource);
    if (document) own = policy::names_in(*document);
    std::erase_if(own, [&](const std::string& name) {
      auto arn = Arn::parse(name);
      return !arn || arn->account != account_id;
    });
  }
  auto names = co_await directory.names(std::move(own));
  if (!names) co_return std::unexpected(store_error(names.error()));
  co_return std::move(*names);
}

Result<Simulation> simulation_of(const Scene& scene) {
  Simulation out;
  for (const Input& input : scene.inputs) {
    auto added = out.add(input.layer, input.id, input.text, scene.ids);
    if (added) continue;
    std::string why = fmt::format("{}: {}", input.id, added.error().message);
    if (input.stored) return std::unexpected(error(Errc::PolicyEvaluationException, std::move(why)));
    return std::unexpected(invalid_input(std::move(why)));
  }
  for (const std::string& resource : scene.resources) {
    if (out.may_belong_to(resource)) continue;
    return std::unexpected(invalid_input(fmt::format("The ResourcePolicy is not applicable to {}.", resource)));
  }
  return out;
}

// Whose a resource is. Empty: the caller's; with no policy of the resource, nobody else is asked.
std::string owner_of_resource(const Scene& scene, std::string_view resource) {
  if (!find_input(scene, Layer::Resource) && scene.owner.empty()) return {};
  const policy::ArnView arn(resource);
  if (arn.is_arn && AccountId::parse(arn.fields[4])) return std::string(arn.fields[4]);
  return scene.owner.empty() ? scene.caller.account : scene.owner;
}

Position shown(policy::Position position) {
  return {.line = static_cast<std::int32_t>(position.line), .column = static_cast<std::int32_t>(position.column)};
}

// A denial is told by the statements that deny alone. Allowing statements of a boundary grant nothing, and are not
// told.
wire::List<Statement> shown(const Simulation& simulation, const Simulation::Answer& answer) {
  const bool denied = answer.decision.outcome == Outcome::ExplicitDeny;
  wire::List<Statement> out;
  for (const auto& [match, effect] : answer.matched) {
    if (denied != (effect == policy::Effect::Deny) || (!denied && match.layer == Layer::Boundary)) continue;
    const policy::StatementPlace& place = simulation.place_of(match);
    out.push_back({.source_policy_id = simulation.name_of(match),
                   .source_policy_type = std::string(source_type(match.layer)),
                   .start_position = shown(place.start),
                   .end_position = shown(place.end)});
  }
  return out;
}

wire::Map<std::string> details_of(const Simulation& simulation, const Simulation::Answer& answer) {
  wire::Map<std::string> out;
  for (Layer layer : {Layer::Identity, Layer::Resource, Layer::Boundary}) {
    if (layer == Layer::Boundary && !simulation.has(layer)) continue;
    out[std::string(source_type(layer))] = word(answer.says(layer));
  }
  return out;
}

// One action on one resource. What is said of a resource that was named stands in its own part too, and the keys that
// were missing there alone, as AWS has it.
EvaluationResult result_of(const Simulation& simulation, const Scene& scene, const policy::Keys& keys,
                           const std::string& action, const std::string& resource) {
  const std::string owner = owner_of_resource(scene, resource);
  const auto answer = simulation.ask({scene.caller.caller(), action, resource, owner, keys});
  const bool across_accounts = !owner.empty() && owner != scene.caller.account;

  EvaluationResult out{
      .eval_action_name = action, .eval_resource_name = resource, .eval_decision = word(answer.decision.outcome)};
  out.matched_statements.emplace();
  out.missing_context_values.emplace();
  if (answer.decision.outcome != Outcome::ImplicitDeny) out.matched_statements = shown(simulation, answer);
  if (simulation.has(Layer::Boundary)) {
    out.permissions_boundary_decision_detail = PermissionsBoundaryDecisionDetail{
        .allowed_by_permissions_boundary = answer.says(Layer::Boundary) == Outcome::Allowed};
  }
  if (across_accounts) out.eval_decision_details = details_of(simulation, answer);
  if (resource == "*") {
    out.missing_context_values = answer.missing;
    return out;
  }
  out.resource_specific_results.emplace().push_back(
      {.eval_resource_name = resource,
       .eval_resource_decision = out.eval_decision,
       .matched_statements = shown(simulation, answer),
       .missing_context_values = answer.missing,
       .eval_decision_details = out.eval_decision_details,
       .permissions_boundary_decision_detail = out.permissions_boundary_decision_detail});
  if (!across_accounts) out.eval_decision_details.emplace();
  return out;
}

Result<SimulatePolicyResponse> simulate(const Scene& scene) {
  auto simulation = simulation_of(scene);
  if (!simulation) return std::unexpected(simulation.error());
  policy::KeyList keys;
  scene.caller.add_keys(keys, scene.context);
  SimulatePolicyResponse response{.evaluation_results = wire::List<EvaluationResult>(), .is_truncated = false};
  const std::size_t all = scene.actions.size() * scene.resources.size();
  for (std::size_t i = scene.first; i < all; ++i) {
    if (response.evaluation_results->size() == scene.limit) {
      response.is_truncated = true;
      response.marker = marker_after(std::to_string(i - 1));
      break;
    }
    response.evaluation_results->push_back(result_of(*simulation, scene, keys,
                                                     scene.actions[i / scene.resources.size()],
                                                     scene.resources[i % scene.resources.size()]));
  }
  return response;
}

// On a worker: there may be many statements, and many questions.
Task<Result<SimulatePolicyResponse>> run(Parts parts, std::string account_id, Scene scene) {
  if (auto good = check_caller(scene); !good) co_return std::unexpected(good.error());
  auto ids = co_await ids_of_named(parts.directory, std::move(account_id), scene);
  if (!ids) co_return std::unexpected(ids.error());
  scene.ids = std::move(*ids);
  auto answer = [&scene] { return simulate(scene); };
  co_return co_await run_on(parts.workers, answer);
}

Task<Result<SimulatePolicyResponse>> simulate_custom_policy(Parts parts, wire::Context& context,
                                                            SimulateCustomPolicyRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto scene = scene_of(request);
  if (!scene) co_return std::unexpected(scene.error());
  add_inputs(*scene, request.policy_input_list);
  scene->caller.kind = policy::Caller::Kind::User;
  scene->caller.account = account_id;
  if (request.caller_arn) {
    auto caller = co_await find_simulated_caller(parts.directory, account_id, std::move(*request.caller_arn));
    if (!caller) co_return std::unexpected(caller.error());
    scene->caller = std::move(*caller);
  }
  co_return co_await run(parts, account_id, std::move(*scene));
}

Task<Result<SimulatePolicyResponse>> simulate_principal_policy(Parts parts, wire::Context& context,
                                                               SimulatePrincipalPolicyRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto scene = scene_of(request);
  if (!scene) co_return std::unexpected(scene.error());
  auto source = co_await find_policy_source(parts.directory, account_id, std::move(request.policy_source_arn));
  if (!source) co_return std::unexpected(source.error());
  scene->caller = simulated_caller(*source);
  if (request.caller_arn) {
    auto caller = co_await find_simulated_caller(parts.directory, account_id, std::move(*request.caller_arn));
    if (!caller) co_return std::unexpected(caller.error());
    scene->caller = std::move(*caller);
  }
  for (StoredPolicy& stored : source->policies) {
    scene->inputs.push_back({Layer::Identity, source_policy_id(stored), std::move(stored.text), true});
  }
  add_inputs(*scene, request.policy_input_list.value_or(Texts()));
  // A boundary that is given takes the place of the stored one.
  const bool given = find_input(*scene, Layer::Boundary) != nullptr;
  if (source->boundary && !given) {
    StoredPolicy& stored = *source->boundary;
    scene->inputs.push_back({Layer::Boundary, source_policy_id(stored), std::move(stored.text), true});
  }
  co_return co_await run(parts, account_id, std::move(*scene));
}

}  // namespace

void bind_simulate(wire::Registry& registry, const Parts& parts) {
  serve<SimulateCustomPolicyOp>(registry, parts, simulate_custom_policy);
  serve<SimulatePrincipalPolicyOp>(registry, parts, simulate_principal_policy);
}

}  // namespace skerry::iam
