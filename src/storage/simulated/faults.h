#pragma once
#include "base/clock.h"

namespace skerry::storage {

// What may go wrong between one simulated server and the store, and how often. Probabilities are per call, drawn from
// the client's own seed; the default is a store that is instant and perfect.
struct Faults {
  // Each way takes this long; different calls draw differently, so that they overtake one another.
  microseconds delay_min{0};
  microseconds delay_max{0};

  double lost_request = 0;  // not applied, Unavailable
  double lost_answer = 0;   // applied, Unavailable
  // Of the requests that were lost: a commit that is applied after all, up to `late_max` after its caller was told
  // Unavailable. RADOS can do this (an op outlives its client's patience), the local store cannot.
  double late_commit = 0;
  microseconds late_max = milliseconds(500);

  double short_page = 0;  // a scan page of one row
  double empty_page = 0;  // a scan page of none that says where to go on; less than 1, or no scan would ever end
  double no_space = 0;    // of calls that need space

  // Stretches in which nothing arrives and no answer comes back. Zero: never.
  microseconds outage_every{0};  // from the end of one to the begin of the next: half to one and a half of this
  microseconds outage_max{0};    // how long one lasts at most

  // Everything at once, often enough that a run of a hundred calls meets most of it.
  static Faults storm() {
    return {.delay_min = microseconds(50),
            .delay_max = milliseconds(20),
            .lost_request = 0.02,
            .lost_answer = 0.02,
            .short_page = 0.2,
            .empty_page = 0.1,
            .no_space = 0.01,
            .outage_every = seconds(2),
            .outage_max = milliseconds(200)};
  }
  // Slow and out of order, without a failure.
  static Faults delays() { return {.delay_min = microseconds(50), .delay_max = milliseconds(20)}; }
};

}  // namespace skerry::storage
