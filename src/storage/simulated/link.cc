#include "storage/simulated/link.h"

namespace skerry::storage {

Link::Link(const Clock& clock, std::uint64_t seed, Faults faults) : clock_(clock), random_(seed) { set_faults(faults); }

Link::~Link() { CHECK(calls_ == 0, "{} calls are under way to a simulated store that ends", calls_); }

void Link::set_faults(Faults faults) {
  CHECK(faults.delay_min <= faults.delay_max, "the least delay is more than the most");
  CHECK(faults.empty_page < 1, "a scan of nothing but empty pages never ends");
  faults_ = faults;
  outage_begin_ = outage_end_ = clock_.steady();
}

Task<bool> Link::travel(Way way) {
  // Even without delays others go first now and then: an await that cannot be interrupted would hide races.
  if (has_delays()) {
    co_await sleep_for(draw(faults_.delay_min, faults_.delay_max));
  } else {
    co_await yield();
  }
  if (holding_[index(way)] && !cut_) {
    auto& held = held_[index(way)];
    co_await suspend<std::monostate>([&held](auto done) { held.push_back(std::move(done)); });
  }
  double loss = way == Way::Request ? faults_.lost_request : faults_.lost_answer;
  bool lost = random_.chance(loss);
  if (std::size_t& left = lose_next_[index(way)]; left > 0) {
    --left;
    lost = true;
  }
  co_return !lost && !cut_ && available_ && !is_out();
}

void Link::release(Way way) {
  holding_[index(way)] = false;
  for (auto& done : std::exchange(held_[index(way)], {})) done({});
}

void Link::cut() {
  cut_ = true;
  release(Way::Request);
  release(Way::Answer);
}

microseconds Link::draw(microseconds least, microseconds most) {
  return least + microseconds(random_.below(static_cast<std::uint64_t>((most - least).count()) + 1));
}

bool Link::is_out() {
  if (faults_.outage_every.count() <= 0) return false;
  microseconds now = clock_.steady();
  // Outages that nobody met are not drawn one by one after a long sleep.
  if (now > outage_end_ + 100 * faults_.outage_every) outage_begin_ = outage_end_ = now;
  while (now >= outage_end_) {
    outage_begin_ = outage_end_ + draw(faults_.outage_every / 2, faults_.outage_every * 3 / 2);
    outage_end_ = outage_begin_ + draw(microseconds(1), std::max(microseconds(1), faults_.outage_max));
  }
  return now >= outage_begin_;
}

}  // namespace skerry::storage
