#pragma once
#include <deque>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"

namespace skerry::iam::policy {

// Stands for the unique id of the user or the role that an ARN names, a session's role too, where no store has one.
// What is no ARN is given back.
std::string stand_in_id(std::string_view arn);

// Decides of documents that nobody has stored, as the server would: for `skerry policy simulate`.
//
// Users and roles that the documents name are taken to exist. Not for decisions that anything depends on: an identity
// here is its ARN, where the server goes by unique ids.
class Simulation {
 public:
  // `name`: for the answer. Errors: those of parse().
  std::expected<void, PolicyError> add(Layer layer, std::string name, std::string text);

  struct Ask {
    std::string caller;  // an ARN of a user, a role's session or root; an account id: its root; a service; *: anonymous
    std::string action;
    std::string resource = "*";
    std::string owner = {};  // the resource's account; empty: the caller's
    std::vector<std::pair<std::string, std::string>> context = {};
  };
  struct Answer {
    bool allowed = false;
    std::string why;  // a sentence
  };
  // The error: what the caller is not.
  std::expected<Answer, std::string> ask(const Ask& ask) const;

 private:
  struct Doc {
    std::string name;
    std::vector<std::string> sids;
    Policy policy;
  };
  std::string name_of(const Match& match) const;

  std::map<Layer, std::deque<Doc>> docs_;
};

}  // namespace skerry::iam::policy
