#pragma once
#include <string>
#include <vector>

// `skerry policy`: documents looked at on the operator's own machine, without a server. Each prints its answer and
// gives the process's exit status.
namespace skerry {

struct PolicyCheck {
  std::string file;  // "-": standard input
};
// Explains a document statement by statement, then warns. 0: it is a policy; 2: it is none, or cannot be read.
int check_policy(const PolicyCheck& what);

struct PolicyGenerate {
  std::string service, effect;
  std::vector<std::string> principals, actions, resources;
};
// Prints a document. 0; 2: what was asked for is no policy.
int generate_policy(const PolicyGenerate& what);

struct PolicySimulate {
  std::vector<std::string> identity, resource_based, boundary, session;  // files
  std::string principal, action, resource, owner;
  std::vector<std::string> context;  // KEY=VALUE
};
// Says whether it would be allowed, and why. 0: allowed; 1: denied; 2: it cannot be told.
int simulate_policy(const PolicySimulate& what);

}  // namespace skerry
