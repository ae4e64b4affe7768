#include "iam/policy/arn_pattern.h"

namespace skerry::iam::policy {

ArnView::ArnView(std::string_view whole) : text(whole) {
  std::string_view rest = whole;
  for (int i = 0; i < 5; ++i) {
    auto colon = rest.find(':');
    if (colon == rest.npos) return;
    fields[i] = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  fields[5] = rest;
  is_arn = fields[0] == "arn";
}

std::vector<std::string_view> split_arn_pattern(std::string_view text, Variables variables) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0, at = 0;
  while (at < text.size() && fields.size() < 5) {
    if (variables == Variables::Yes && text.substr(at).starts_with("${")) {
      auto close = text.find('}', at);
      if (close != text.npos) {
        at = close + 1;
        continue;
      }
    }
    if (text[at] == ':') {
      fields.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    }
    ++at;
  }
  fields.push_back(text.substr(begin));
  return fields;
}

namespace {

std::string_view resource_of(std::string_view text, Variables variables) {
  auto fields = split_arn_pattern(text, variables);
  if (fields.size() == 6) return fields[5];
  bool one_variable = fields.size() == 1 && Pattern(text, Wildcards::Yes, variables).is_one_variable();
  return one_variable ? text : "*";
}

}  // namespace

ArnPattern::ArnPattern(std::string_view text, Variables variables)
    : resource_(resource_of(text, variables), Wildcards::Yes, variables) {
  auto fields = split_arn_pattern(text, variables);
  one_variable_ = fields.size() == 1 && resource_.is_one_variable();
  if (one_variable_) return;
  bool plain = true;
  for (std::size_t i = 0; i < 5; ++i) {
    fields_.emplace_back(i < fields.size() ? fields[i] : "*", Wildcards::Yes, variables);
    plain = plain && fields_.back().literal();
  }
  if (!plain) return;
  for (const Pattern& field : fields_) (head_ += *field.literal()) += ':';
  fields_.clear();
  prefix_ = head_ + std::string(resource_.prefix());
}

bool ArnPattern::matches(const ArnView& arn, Substitution& substitution) const {
  if (!arn.is_arn) return false;
  if (one_variable_) return resource_.matches(arn.text, substitution);
  if (fields_.empty()) {
    return arn.text.starts_with(prefix_) && resource_.matches(arn.text.substr(head_.size()), substitution);
  }
  for (std::size_t i = 0; i < 5; ++i) {
    if (!fields_[i].matches(arn.fields[i], substitution)) return false;
  }
  return resource_.matches(arn.fields[5], substitution);
}

void ArnPattern::append_keys(std::vector<std::string>& out) const {
  for (const Pattern& field : fields_) field.append_keys(out);
  resource_.append_keys(out);
}

}  // namespace skerry::iam::policy
