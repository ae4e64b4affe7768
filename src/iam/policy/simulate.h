#pragma once
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/policy/context_keys.h"
#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"
#include "iam/policy/position.h"
#include "model/arn.h"

namespace skerry::iam::policy {

// Stands for the unique id of the user or the role that an ARN names, a session's role too, where no store has one.
// What is no ARN is given back.
std::string stand_in_id(std::string_view arn);

using ContextEntries = std::vector<std::pair<std::string, std::string>>;  // key and value, a value each

// Who asks in a simulation.
struct SimulatedCaller {
  // Of an ARN of a user, a role's session or root; an account id: its root; a service; *: anonymous. With a stand-in's
  // id. Nothing: it is nobody who can ask.
  static std::optional<SimulatedCaller> read(std::string_view text);
  // A user, or a role: any session of it. Of a group, any user that has its policies.
  static SimulatedCaller identity(const Arn& arn, std::string unique_id);

  Caller caller() const;  // its views are of this
  // The keys that the request has: `context`, and what follows from the caller where that does not say otherwise.
  void add_keys(KeyList& keys, const ContextEntries& context) const;

  Caller::Kind kind = Caller::Kind::Anonymous;
  std::string account, unique_id, session, arn;
  std::string name;                // of a service
  ContextEntries context_entries;  // that follow from who it is: aws:username, aws:PrincipalTag/…
};

// Decides of documents that nobody has stored, as the server would: for `skerry policy simulate` and for IAM's
// operations of that name.
//
// Users and roles that the documents name are taken to exist. Not for decisions that anything depends on.
//
// Threads: any, once the documents are added.
class Simulation {
 public:
  // The unique ids of users and roles, by ARN; whoever has none has a stand-in.
  using Ids = std::map<std::string, std::string>;

  // `name`: for the answer. Errors: those of parse().
  std::expected<void, PolicyError> add(Layer layer, std::string name, std::string text, const Ids& ids = {});

  struct Matched {
    Match match;
    Effect effect;
  };
  struct Answer {
    Decision decision;
    std::vector<Matched> matched;      // every statement that applies
    std::vector<std::string> missing;  // the condition keys that the documents ask for and the request lacks

    Decision::Outcome says(Layer layer) const;  // by itself
  };
  Answer ask(const Request& request) const;

  // A sentence.
  std::string why(const Answer& answer) const;

  bool has(Layer layer) const { return docs_.contains(layer); }
  const std::string& name_of(const Match& match) const { return doc(match).name; }
  const StatementPlace& place_of(const Match& match) const { return doc(match).places[match.statement]; }
  // Whether the resource's own policy could be one of this resource: some statement is on it, on what holds it or on
  // something in the same. True where there is no such policy.
  bool may_belong_to(std::string_view resource) const;

 private:
  struct Doc {
    std::string name;
    Policy policy;
    std::vector<std::string> sids;
    std::vector<StatementPlace> places;
    std::vector<ArnPattern> holders;  // of what its statements are on
    bool on_anything = false;
  };
  const Doc& doc(const Match& match) const { return docs_.at(match.layer)[match.policy]; }
  std::string shown(const Match& match) const;

  std::map<Layer, std::deque<Doc>> docs_;
  ContextKeys keys_;  // of all of them
};

}  // namespace skerry::iam::policy
