#include <gtest/gtest.h>

#include <algorithm>

#include "iam/rows.h"
#include "tests/access/changes.h"

namespace skerry::access {
namespace {

class AccessChange : public testing::TestWithParam<NamedChange> {
 protected:
  // Both servers give the right answer, and remember what they have learnt.
  static void expect_before(Scene& scene, const Change& change) {
    for (int round = 0; round < 2; ++round) {
      for (AccessServer* server : {&scene.here, &scene.there}) {
        const Reply reply = scene.ask(*server, change.who, change.probe);
        ASSERT_EQ(reply.status, change.before) << reply.body;
      }
      scene.sim.advance(seconds(10));
    }
  }
};

// The other server follows once a second has gone, and stays so. Until then it may go by either, and never by anything
// else. The change is made on the server that made everything, and on the other one.
TEST_P(AccessChange, HoldsOnTheOtherServerWithinASecond) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Scene scene(seed);
    AccessServer& changing = seed % 2 ? scene.here : scene.there;
    AccessServer& following = seed % 2 ? scene.there : scene.here;
    // The polls of the two are at any distance from the change.
    scene.sim.advance(milliseconds(137 * seed));
    const Change change = GetParam().prepare(scene);
    expect_before(scene, change);
    if (seed > 3) {  // calls take time and overtake one another
      for (AccessServer* server : {&scene.here, &scene.there}) server->link().set_faults(storage::Faults::delays());
    }
    scene.sim.advance(milliseconds(119 * seed));
    for (const Ask& ask : change.asked) scene.make(changing, ask);
    EXPECT_EQ(scene.ask(changing, change.who, change.probe).status, change.after) << "where it was made, at once";
    for (int tenth = 0; tenth < 10; ++tenth) {
      const int status = scene.ask(following, change.who, change.probe).status;
      EXPECT_TRUE(status == change.before || status == change.after) << status;
      scene.sim.advance(milliseconds(100));
    }
    for (int later = 0; later < 3; ++later) {
      EXPECT_EQ(scene.ask(following, change.who, change.probe).status, change.after);
      EXPECT_EQ(scene.ask(changing, change.who, change.probe).status, change.after);
      scene.sim.advance(seconds(1));
    }
  }
}

// The server that makes the last of the changes loses power before the store has taken its nth call. A change that was
// not committed is none, on the other server and on the one that starts anew; one that was is the same on both.
TEST_P(AccessChange, IsNoneBeforeItIsCommitted) {
  bool acknowledged = false;
  for (std::size_t calls = 0; !acknowledged; ++calls) {
    SCOPED_TRACE(fmt::format("after {} calls", calls));
    ASSERT_LT(calls, 100U);
    Scene scene(1);
    const Change change = GetParam().prepare(scene);
    for (std::size_t i = 0; i + 1 < change.asked.size(); ++i) scene.make(change.asked[i]);
    const int before = change.asked.size() > 1 ? scene.ask(scene.here, change.who, change.probe).status : change.before;
    scene.sim.advance(seconds(10));
    EXPECT_EQ(scene.ask(scene.there, change.who, change.probe).status, before);
    scene.cluster.witness().keep_trace();

    std::optional<Reply> reply;
    auto ask = [](Scene& at, Ask asked, std::optional<Reply>& out) -> Task<> {
      out = co_await at.here.ask(at.root, std::move(asked));
    };
    storage::Link& link = scene.here.link();
    link.hold(storage::Link::Way::Request);
    spawn(scene.sim, ask(scene, change.asked.back(), reply));
    scene.sim.advance(microseconds(0));
    for (std::size_t i = 0; i < calls && !reply; ++i) {
      link.release(storage::Link::Way::Request);
      link.hold(storage::Link::Way::Request);
      scene.sim.advance(microseconds(0));
    }
    acknowledged = reply.has_value();
    const auto& trace = scene.cluster.witness().trace();
    const bool committed = std::ranges::any_of(trace, [](const std::string& event) {
      // By when something was used last nothing is decided.
      const bool of_uses = event.contains(" applied +" + iam::rows::last_used(""));
      return event.contains(" commit ") && event.contains(" applied") && !of_uses;
    });
    scene.here.power_cut();
    scene.sim.advance(microseconds(0));
    ASSERT_TRUE(reply);
    if (acknowledged) {
      EXPECT_TRUE(committed && reply->status < 300) << reply->status;
    } else {
      EXPECT_GE(reply->status, 500) << reply->body;
    }

    AccessServer again(scene.sim, scene.cluster, 77);
    scene.sim.advance(seconds(1));
    for (AccessServer* server : {&scene.there, &again}) {
      EXPECT_EQ(scene.ask(*server, change.who, change.probe).status, committed ? change.after : before);
    }
    again.stop();
  }
}

INSTANTIATE_TEST_SUITE_P(All, AccessChange, testing::ValuesIn(changes()),
                         [](const auto& one) { return one.param.name; });

// What a server has learnt of a key it trusts without asking the store; but for a second at most, whether it can reach
// the store or not.
TEST(TwoServers, WhatCannotBeAskedIsNotTrustedForLongerThanASecond) {
  for (const char* name : {"KeyDeactivated", "KeyDeleted", "RoleDeleted"}) {
    SCOPED_TRACE(name);
    Scene scene(1);
    auto named = std::ranges::find(changes(), name, &NamedChange::name);
    const Change change = named->prepare(scene);
    const Ask who_am_i = sts_call("GetCallerIdentity");
    ASSERT_EQ(scene.ask(scene.there, change.who, who_am_i).status, 200);
    scene.sim.advance(seconds(10));
    ASSERT_EQ(scene.ask(scene.there, change.who, who_am_i).status, 200);
    scene.there.link().set_available(false);
    for (const Ask& ask : change.asked) scene.make(ask);
    EXPECT_EQ(scene.ask(scene.there, change.who, who_am_i).status, 200) << "it remembers";
    scene.sim.advance(seconds(1) + microseconds(1));
    EXPECT_GE(scene.ask(scene.there, change.who, who_am_i).status, 500);
    scene.there.link().set_available(true);
    EXPECT_EQ(scene.ask(scene.there, change.who, who_am_i).status, 403);
  }
}

// The user who is made anew under a name is somebody else, on both servers, and has what she is given herself.
TEST(TwoServers, AUserMadeAnewInheritsNothing) {
  Scene scene(1);
  auto named = std::ranges::find(changes(), "UserMadeAnew", &NamedChange::name);
  const Change change = named->prepare(scene);
  ASSERT_EQ(scene.ask(scene.there, scene.ann, change.probe).status, 200);
  for (const Ask& ask : change.asked) scene.make(ask);
  const Key anew = scene.make_key("ann");
  scene.sim.advance(seconds(1));
  for (AccessServer* server : {&scene.here, &scene.there}) {
    EXPECT_EQ(scene.ask(*server, anew, change.probe).status, 403);
    EXPECT_EQ(scene.ask(*server, scene.ann, change.probe).status, 403);
    EXPECT_EQ(scene.ask(*server, anew, sts_call("GetCallerIdentity")).text("Arn"), scene.arn("user/ann"));
  }
  scene.make(iam_call("AttachUserPolicy",
                      {{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}}));
  scene.sim.advance(seconds(1));
  for (AccessServer* server : {&scene.here, &scene.there}) {
    EXPECT_EQ(scene.ask(*server, anew, change.probe).status, 200);
    EXPECT_EQ(scene.ask(*server, scene.ann, change.probe).status, 403);
  }
}

}  // namespace
}  // namespace skerry::access
