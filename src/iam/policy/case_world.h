#pragma once
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/evaluate.h"

namespace skerry::iam::policy {

// The world of the files in cases/, whose heads say how they are written: documents in force, and requests as one line.
class CaseWorld {
 public:
  struct Doc {
    std::string name;
    std::vector<std::string> sids;
    Policy policy;
  };

  // `type`: identity, boundary, session, resource, trust or key; `statements`: JSON objects. Principals are bound to
  // the ids that stand_in_id makes. False: it is malformed.
  bool add(const std::string& type, const std::string& name, bool version_2008,
           const std::vector<std::string>& statements, std::string& why);
  void clear();

  // "user/ann s3:GetObject b/k k=v" gives "allow Sid".
  std::string ask(std::string_view request) const;

 private:
  std::string said(const Decision& decision) const;

  std::map<Layer, std::deque<Doc>> docs_;
  bool resource_must_allow_ = false;
};

}  // namespace skerry::iam::policy
