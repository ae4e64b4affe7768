#include "s3/ops/encoded_word.h"

#include <gtest/gtest.h>

namespace skerry::s3 {
namespace {

TEST(EncodedWordFact18, AsciiStaysAsItIs) {
  EXPECT_EQ(decode_header_text("plain text, =? and ?="), "plain text, =? and ?=");
  EXPECT_EQ(encode_header_text("plain text"), "plain text");
  EXPECT_EQ(decode_header_text(""), "");
}

TEST(EncodedWordFact18, WordsAreDecodedAndComeBackAsOne) {
  EXPECT_EQ(decode_header_text("=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="), "ÄMÄZÕÑ S3");
  EXPECT_EQ(decode_header_text("=?utf-8?b?w4RNw4Raw5XDkSBTMw==?="), "ÄMÄZÕÑ S3");
  EXPECT_EQ(encode_header_text("ÄMÄZÕÑ S3"), "=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?=");
  EXPECT_EQ(decode_header_text("a =?UTF-8?Q?b?= =?UTF-8?Q?c?= d"), "a bc d");
}

TEST(EncodedWordFact18, WhatIsNoWordStays) {
  for (std::string_view text :
       {"=?", "=?x?Q?a?=", "=?UTF-8?X?a?=", "=?UTF-8?B?***?=", "=?UTF-8?Q?=4?=", "=?UTF-8?Q?a", "=?UTF-8?Q?=FF?="}) {
    EXPECT_EQ(decode_header_text(text), text);
  }
}

TEST(EncodedWordFact18, BytesOfHeadersBecomeUtf8) {
  EXPECT_EQ(decode_header_text("Füße"), "Füße");
  EXPECT_EQ(decode_header_text("F\xfc\xdf"
                               "e"),
            "Füße")
      << "Latin-1";
  for (std::string text :
       {std::string("Füße"), std::string("a\r\nb"), std::string("=?UTF-8?Q?a?="), std::string(1, '\0')}) {
    std::string header = encode_header_text(text);
    for (char c : header) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
    EXPECT_EQ(decode_header_text(header), text);
  }
}

}  // namespace
}  // namespace skerry::s3
