#include <gtest/gtest.h>

#include "wire/form.h"
#include "wire/test_shapes.h"
#include "wire/tree.h"
#include "wire/xml.h"

// What the readers of bodies accept and refuse, and that the writers write what they read.
namespace skerry::wire {
namespace {

using sample::kShape;

bool read_xml(std::string_view text, Sample& into) {
  Reading in;
  return read_xml_document(text, "Sample", kShape, &into, in) && in.violations.empty();
}
bool read_json(std::string text, Sample& into) {
  Reading in;
  auto tree = Tree::from_json(std::move(text));
  return tree && read_tree(*tree, kShape, true, &into, in) && in.violations.empty();
}
bool xml_fails(std::string_view text) {
  Sample sample;
  return !read_xml(text, sample);
}
bool json_fails(std::string text) {
  Sample sample;
  return !read_json(std::move(text), sample);
}

TEST(Xml, ReadsEachKindOfMember) {
  Sample in;
  ASSERT_TRUE(
      read_xml("<?xml version=\"1.0\"?> <x:Sample xmlns:x='u'><Name> </Name><Number> 7\n</Number><Bytes>aGk=</Bytes>"
               "<When>1970-01-01T00:00:01Z</When><Words><member>a</member><member/></Words><Flat>x</Flat><New>?</New>"
               "<Flat>y<!-- c -->z<![CDATA[<]]></Flat><Labels><entry><key>k</key><value>v</value></entry></Labels>"
               "<Inside><Name>&#x1;&lt;</Name></Inside></x:Sample> <!-- end -->",
               in));
  EXPECT_EQ(in.name, " ");
  EXPECT_EQ(in.number, 7);
  EXPECT_EQ(in.bytes, "hi");
  EXPECT_EQ(in.when, Time(seconds(1)));
  EXPECT_EQ(in.words, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(in.flat, (std::vector<std::string>{"x", "yz<"}));
  EXPECT_EQ(in.labels.value().at("k"), "v");
  EXPECT_EQ((*in.inside).name, "\x01<");
}

TEST(Xml, RefusesWhatIsNotWellFormed) {
  for (const char* bad : {"",
                          " ",
                          "text",
                          "<Sample>",
                          "<Sample><Name>a</Sample></Name>",
                          "<Sample><Name>a</Name></Sample>x",
                          "<Sample><Name>a</Name></Sample><Sample/>",
                          "<Other><Name>a</Name></Other>",
                          "<!DOCTYPE Sample [<!ENTITY e 'x'>]><Sample><Name>&e;</Name></Sample>",
                          "<Sample><Name>&nbsp;</Name></Sample>",
                          "<Sample><Name>&#0;</Name></Sample>",
                          "<Sample><Name>&#xD800;</Name></Sample>",
                          "<Sample><Name>& </Name></Sample>",
                          "<Sample><Name>\xff</Name></Sample>",
                          "<Sample>text<Name>a</Name></Sample>",
                          "<Sample><Name><b>a</b></Name></Sample>",
                          "<Sample><Name>a</Name><Number>seven</Number></Sample>",
                          "<Sample><Number>7</Number></Sample>",
                          "<Sample><Name>a</Name><Bytes>!</Bytes></Sample>",
                          "<Sample><Name>a</Name><!-- ",
                          "<Sample><Name><![CDATA[a</Name></Sample>"}) {
    EXPECT_TRUE(xml_fails(bad)) << bad;
  }
  EXPECT_TRUE(xml_fails(std::string_view("<Sample><Name>a\0b</Name></Sample>", 33)));
}

TEST(Json, ReadsEachKindOfMember) {
  Sample in;
  ASSERT_TRUE(
      read_json(R"( {"Name":"a\u00e9\ud83d\ude00","Number":-7,"Bytes":"aGk=","When":1.5,"Words":["a",""],"New":[{}],)"
                R"("Labels":{"k":"v"},"Inside":{"Name":"b","Number":null}} )",
                in));
  EXPECT_EQ(in.name, "aé😀");
  EXPECT_EQ(in.number, -7);
  EXPECT_EQ(in.bytes, "hi");
  EXPECT_EQ(in.when, Time(milliseconds(1500)));
  EXPECT_EQ(in.labels.value().at("k"), "v");
  EXPECT_EQ((*in.inside).number, std::nullopt);
}

TEST(Json, RefusesWhatIsNotStrict) {
  for (const char* bad : {"",
                          "{",
                          "{}x",
                          "[]",
                          "null",
                          "{\"Name\":'a'}",
                          "{\"Name\":\"a\",}",
                          "{Name:\"a\"}",
                          "{\"Name\":\"\\x\"}",
                          "{\"Name\":\"\\ud800\"}",
                          "{\"Name\":\"\\udc00\"}",
                          "{\"Name\":\"\t\"}",
                          "{\"Name\":\"a\",\"Number\":01}",
                          "{\"Name\":\"a\",\"Number\":1.}",
                          "{\"Name\":\"a\",\"Number\":1.0}",
                          "{\"Name\":\"a\",\"Number\":\"1\"}",
                          "{\"Name\":\"a\",\"Number\":2147483648}",
                          "{\"Name\":\"a\",\"Words\":[null]}",
                          "{\"Name\":\"a\",\"Words\":[1]}",
                          "{\"Name\":\"a\",\"When\":\"now\"}",
                          "{\"Name\":7}",
                          "{\"Name\":\"\xff\"}",
                          "{\"Name\":\"a\" \"Number\":1}",
                          "{\"Name\":\"a\",\"Number\":+1}",
                          "{\"Name\":\"a\",\"Number\":NaN}",
                          "/**/{\"Name\":\"a\"}",
                          "{}"}) {
    EXPECT_TRUE(json_fails(bad)) << bad;
  }
}

TEST(Json, DepthIsBounded) {
  auto nested = [](int depth) {
    return "{\"Name\":\"a\",\"New\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_FALSE(json_fails(nested(Tree::kDepthMax - 1)));
  EXPECT_TRUE(json_fails(nested(Tree::kDepthMax)));
  EXPECT_TRUE(json_fails(std::string(1 << 20, '[')));
}

TEST(Cbor, RefusesWhatIsBroken) {
  using namespace std::string_literals;
  for (const std::string& bad : {""s, "\xa1"s, "\xbf"s, "\xa1\x01\x01"s, "\x5f\x61"s + "a\xff", "\x7f\x7f\xff\xff"s,
                                 "\xa0\x00"s, "\x1c"s, "\xf8\xff"s, "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s,
                                 "\x61\xff"s, "\xc1\x61"s + "a", std::string(1000, '\x81')}) {
    EXPECT_FALSE(Tree::from_cbor(bad)) << testing::PrintToString(bad);
  }
}

Sample full() {
  Sample sample{
      .name = "é\n<\x01", .number = -70000, .bytes = std::string("\0\xff", 2), .when = Time(milliseconds(1500))};
  sample.words = {{"", "w"}};
  sample.flat = {{"f"}};
  sample.labels.emplace()["k"] = "v";
  sample.inside.emplace().name = "in";
  return sample;
}

void expect_full(const Sample& got) {
  Sample want = full();
  EXPECT_EQ(got.name, want.name);
  EXPECT_EQ(got.number, want.number);
  EXPECT_EQ(got.bytes, want.bytes);
  EXPECT_EQ(got.when, want.when);
  EXPECT_EQ(got.words, want.words);
  EXPECT_EQ(got.flat, want.flat);
  EXPECT_EQ(got.labels, want.labels);
  EXPECT_EQ((*got.inside).name, "in");
}

TEST(Documents, WhatIsWrittenReadsBackTheSame) {
  Sample in = full();
  std::string xml, json, cbor;
  XmlWriter writer(xml);
  write_xml(writer, {}, "Sample", kShape, &in);
  write_json(json, kShape, &in);
  write_cbor(cbor, kShape, &in);
  Sample from_xml, from_json, from_cbor;
  ASSERT_TRUE(read_xml(xml, from_xml)) << xml;
  expect_full(from_xml);
  ASSERT_TRUE(read_json(json, from_json)) << json;
  expect_full(from_json);
  Reading reading;
  auto tree = Tree::from_cbor(cbor);
  ASSERT_TRUE(tree && read_tree(*tree, kShape, false, &from_cbor, reading));
  expect_full(from_cbor);
}

TEST(Form, ReadsListsMapsAndStructures) {
  auto parameters = parse_parameters(
      "Name=a&Words.member.10=j&Words.member.2=b&Flat.1=f&Labels.entry.1.key=k&Labels.entry.1.value=v&Inside.Name=in&"
      "Other=x&Number=7");
  Sample in;
  Reading reading;
  ASSERT_TRUE(read_form(Form(*parameters), kShape, &in, reading));
  EXPECT_TRUE(reading.violations.empty());
  EXPECT_EQ(in.words, (std::vector<std::string>{"b", "j"}));
  EXPECT_EQ(in.flat, (std::vector<std::string>{"f"}));
  EXPECT_EQ(in.labels.value().at("k"), "v");
  EXPECT_EQ((*in.inside).name, "in");
}

TEST(Form, RefusesWhatIsIncompleteOrTooDeep) {
  for (const char* bad :
       {"Name=a&Number=x", "Name.b=c", "Name=a&Labels.entry.1.key=k", "Name=a&Labels.entry.1.value=v"}) {
    Sample in;
    Reading reading;
    EXPECT_FALSE(read_form(Form(*parse_parameters(bad)), kShape, &in, reading)) << bad;
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "Inside.";
  Sample in;
  Reading reading;
  EXPECT_FALSE(read_form(Form(*parse_parameters("Name=a&" + deep + "Name=b")), kShape, &in, reading));
}

TEST(Reading, MissingMembersAreNamedByTheirPath) {
  Sample in;
  Reading reading;
  auto tree = Tree::from_json(R"({"Name":"a","Inside":{"Inside":{}}})");
  ASSERT_TRUE(read_tree(*tree, kShape, true, &in, reading));
  ASSERT_EQ(reading.violations.size(), 2u);
  EXPECT_EQ(reading.violations[0].path, "inside.inside.name");
  EXPECT_EQ(reading.violations[1].path, "inside.name");
  EXPECT_EQ(reading.violations[0].rule, "Member must not be null");
}

TEST(Json, SaysWhereInTheDocumentAValueStands) {
  std::string text = R"( {"a": [1, "x\u0041"], "b" : {"c":null} } )";
  auto tree = Tree::from_json(text);
  ASSERT_TRUE(tree);
  auto at = [&](const Node& node) { return text.substr(node.begin, node.end - node.begin); };
  EXPECT_EQ(at(tree->root()), R"({"a": [1, "x\u0041"], "b" : {"c":null} })");
  const Node& list = *tree->find(tree->root(), "a");
  EXPECT_EQ(at(list), R"([1, "x\u0041"])");
  EXPECT_EQ(at(*tree->next(*tree->child(list))), R"("x\u0041")");
  EXPECT_EQ(at(*tree->find(*tree->find(tree->root(), "b"), "c")), "null");
}

}  // namespace
}  // namespace skerry::wire
