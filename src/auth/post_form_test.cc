#include "auth/post_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "base/pieced_source.h"

namespace skerry::auth {
namespace {

struct Outcome {
  FormFields fields;
  std::string file;
  std::optional<std::string> filename;
  std::optional<AuthError> failure;
  std::size_t left = 0;
};

Outcome receive(std::string body, std::size_t piece = 1u << 20, std::size_t step = 1000) {
  SimExecutor sim;
  PiecedSource raw(std::move(body), piece);
  PostForm form(raw, "xYz");
  Outcome out;
  auto fields = sim.run(form.read_fields());
  if (fields) {
    out.fields = *fields;
    std::string buffer(step, '\0');
    for (;;) {
      auto got = sim.run(form.read(buffer));
      if (!got || *got == 0) break;
      out.file.append(buffer, 0, *got);
    }
  }
  out.filename = form.filename();
  if (form.failure()) out.failure = *form.failure();
  out.left = raw.left();
  return out;
}

std::string part(std::string_view disposition, std::string_view content) {
  return fmt::format("--xYz\r\nContent-Disposition: {}\r\n\r\n{}\r\n", disposition, content);
}

std::string text_field(std::string_view name, std::string_view content) {
  return part(fmt::format("form-data; name=\"{}\"", name), content);
}

const std::string kFile = part("form-data; name=\"file\"; filename=\"a.txt\"", "content");
const std::string kEnd = "--xYz--\r\n";

TEST(FormBoundary, IsRead) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=xYz").value(), "xYz");
  EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b;c\"").value(), "a b;c");
  auto error = form_boundary("text/html").error();
  EXPECT_EQ(error.code, "PreconditionFailed");
  EXPECT_EQ(error.status, 412);
  EXPECT_EQ(error.message, "At least one of the pre-conditions you specified did not hold");
  EXPECT_EQ(field(error, "Condition"), "Bucket POST must be of the enclosure-type multipart/form-data");
  for (std::string type : {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"",
                           "multipart/form-data; boundary"}) {
    EXPECT_EQ(form_boundary(type).error().code, "MalformedPOSTRequest") << type;
  }
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')).error().status, 400);
}

TEST(PostForm, FieldsThenTheFileWhateverTheSplit) {
  std::string content = "\r\n--xY\r\r\n--x\r\n" + std::string(40000, 'z') + "\r\n-";
  std::string body = text_field("key", "k") + part("form-data; name=Policy; filename=\"Policy\"", "two\r\nlines") +
                     text_field("empty", "") +
                     part("form-data; name=\"FILE\"; filename=\"C:\\dir\\a \\\"b\\\".txt\"", content) +
                     text_field("submit", "ignored") + kEnd;
  for (std::size_t piece : {1u, 2u, 3u, 70u, 1u << 20}) {
    for (std::size_t step : {1u, 7u, 100000u}) {
      Outcome out = receive(body, piece, step);
      ASSERT_FALSE(out.failure) << out.failure->message;
      std::vector<FormFields::Field> fields(out.fields.begin(), out.fields.end());
      EXPECT_THAT(fields, testing::ElementsAre(testing::Pair("key", "k"), testing::Pair("Policy", "two\r\nlines"),
                                               testing::Pair("empty", "")));
      ASSERT_TRUE(out.file == content) << "pieces of " << piece << ", steps of " << step;
      EXPECT_EQ(out.filename, "C:\\dir\\a \"b\".txt");
      EXPECT_EQ(out.left, 0u);
    }
  }
}

TEST(PostForm, EmptyFilesPreamblesAndPadding) {
  Outcome out =
      receive("preamble\r\n--xYz  \r\nContent-Disposition: form-data; name=file; filename=\"\"\r\n\r\n\r\n--xYz--");
  EXPECT_FALSE(out.failure);
  EXPECT_EQ(out.file, "");
  EXPECT_EQ(out.filename, "");
  out = receive(part("form-data; name=\"file\"", "x") + kEnd);
  EXPECT_EQ(out.file, "x");
  EXPECT_EQ(out.filename, std::nullopt);
}

TEST(PostForm, OnlyAFormDataPartIsTheFile) {
  Outcome out = receive(part("file; name=\"file\"", "x") + kEnd);
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "InvalidArgument");
  EXPECT_EQ(out.failure->message, "POST requires exactly one file upload per request.");
  EXPECT_EQ(field(*out.failure, "ArgumentName"), "file");
  EXPECT_EQ(field(*out.failure, "ArgumentValue"), "0");
}

TEST(PostForm, FieldsAreBounded) {
  std::string body = text_field("a", "") + kFile;
  std::size_t overhead = body.size() - kFile.size() + kFile.find("content");
  Outcome out = receive(text_field("a", std::string(kFormFieldsMax - overhead, 'x')) + kFile + kEnd);
  EXPECT_FALSE(out.failure);
  EXPECT_EQ(out.file, "content");
  for (std::string large : {text_field("a", std::string(kFormFieldsMax - overhead + 1, 'x')) + kFile + kEnd,
                            std::string(100'000, 'x'), "--xYz\r\n" + std::string(100'000, 'h')}) {
    out = receive(large, 1000);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->code, "MaxPostPreDataLengthExceeded");
    EXPECT_EQ(out.failure->status, 400);
    EXPECT_EQ(out.failure->message, "Your POST request fields preceeding the upload file was too large.");
    EXPECT_EQ(field(*out.failure, "MaxPostPreDataLengthBytes"), "20480");
  }
}

TEST(PostForm, BrokenBodies) {
  std::string good = text_field("key", "k") + kFile + kEnd;
  std::size_t complete = good.rfind("\r\n--xYz") + 7;
  for (std::size_t size = 0; size < complete; ++size) {
    Outcome out = receive(good.substr(0, size));
    ASSERT_TRUE(out.failure) << size;
    EXPECT_EQ(out.failure->code, "MalformedPOSTRequest") << size;
  }
  EXPECT_EQ(receive("--xYzz\r\n" + good).failure->code, "MalformedPOSTRequest");
  EXPECT_EQ(receive("--xYz\r\nContent-Type: text/plain\r\n\r\nx\r\n" + good).failure->code, "MalformedPOSTRequest");
}

TEST(FormFields, FilenamesAreExpandedWithoutTheirPath) {
  FormFields fields;
  fields.add("key", "user/${filename}/${filename}");
  fields.add("other", "${file}");
  fields.expand_filename("C:\\Program Files\\directory1\\${filename}.txt");
  EXPECT_EQ(*fields.find("KEY"), "user/${filename}.txt/${filename}.txt");
  EXPECT_EQ(*fields.find("other"), "${file}");
}

}  // namespace
}  // namespace skerry::auth
