#include "page/markdown.hpp"

#include <gtest/gtest.h>

namespace greenroom::page {
namespace {

std::string markdown(std::string_view html) {
  const auto made =
      to_markdown(html, [](std::string_view link) { return "https://x.example/" + std::string(link); });
  return made ? *made : "error: " + made.error().message();
}

TEST(Markdown, TextsAndTheirBlocks) {
  EXPECT_EQ(markdown(""), "");
  EXPECT_EQ(markdown("  plain\n  text "), "plain text");
  EXPECT_EQ(markdown("<h1>One <em>two</em></h1><p>Three</p>four<div>five</div>"),
            "# One *two*\n\nThree\n\nfour\n\nfive");
  EXPECT_EQ(markdown("<p>a<br>b</p><hr><p>c"), "a  \nb\n\n---\n\nc");
  EXPECT_EQ(markdown("<p>a <b>bold </b>word<i> it</i>, <del>gone</del>"), "a **bold** word *it*, ~~gone~~");
  EXPECT_EQ(markdown("<blockquote><p>a<blockquote>b</blockquote></blockquote>"), "> a\n>\n> > b");
}

TEST(Markdown, ListsAndTables) {
  EXPECT_EQ(markdown("<ul><li>a<li>b<ul><li>c</ul></ul>"), "- a\n- b\n  - c");
  EXPECT_EQ(markdown("<ol start=9><li>a<li>b</ol>"), "9. a\n10. b");
  EXPECT_EQ(markdown("<ol><li><p>a</p><p>b</p></ol>"), "1. a\n\n   b");
  EXPECT_EQ(markdown("<ul><li><input type=checkbox checked>a<li><input type=checkbox>b</ul>"),
            "- [x] a\n- [ ] b");
  EXPECT_EQ(markdown("<table><thead><tr><th>A<th>B|C</thead><tbody><tr><td>1<td><p>2</p><p>3</p></table>"),
            "| A | B\\|C |\n| --- | --- |\n| 1 | 2 3 |");
  EXPECT_EQ(markdown("<table><tr><td>out<table><tr><td>in</table></table>"), "out\n\n| in |\n| --- |")
      << "a table that holds one arranges the page";
}

TEST(Markdown, LinksArePlainWhereTheyLeadNowhere) {
  EXPECT_EQ(markdown("<a href='a(b)' title='say \"x\"'>t</a>"),
            "[t](https://x.example/a%28b%29 \"say \\\"x\\\"\")");
  EXPECT_EQ(markdown("<a href=\" java\nscript:x\">t</a> <a>u</a> <a href=v></a>"), "t u");
  EXPECT_EQ(markdown("<a href=c><h3>Card</h3><p>more</p></a>"), "[Card more](https://x.example/c)");
  EXPECT_EQ(markdown("wow!<a href=a>b</a>"), "wow\\![b](https://x.example/a)");
  EXPECT_EQ(markdown("<img src=p.png alt='a [b]'><img src=data:x><img alt=x>"),
            "![a \\[b\\]](https://x.example/p.png)");
}

TEST(Markdown, CodeIsKeptAsItIs) {
  EXPECT_EQ(markdown("<pre><code class='x language-cpp'>\nint *a;\n  b &lt; c;\n</code></pre>"),
            "```cpp\nint *a;\n  b < c;\n```");
  EXPECT_EQ(markdown("<pre>```</pre>"), "````\n```\n````");
  EXPECT_EQ(markdown("<p><code>a_b</code> <code>`</code>"), "`a_b` `` ` ``");
}

TEST(Markdown, WhatMeansSomethingIsEscaped) {
  EXPECT_EQ(markdown("*a* _b_ `c` [d] &lt;e> \\ ~~f~~ &amp;lt; a&amp;b"),
            "\\*a\\* \\_b\\_ \\`c\\` \\[d\\] \\<e> \\\\ \\~~f\\~~ \\&lt; a&b");
  EXPECT_EQ(markdown("<p># a<p>- b<p>1. c<p>12) d<p>> e<p>v1. f"),
            "\\# a\n\n\\- b\n\n1\\. c\n\n12\\) d\n\n\\> e\n\nv1. f");
}

TEST(Markdown, WhatNobodyReadsIsLeftOut) {
  EXPECT_EQ(
      markdown("<head><title>t</title><style>s</style></head><script>1<2</script>a<noscript>b</noscript>"
               "<select><option>c</select><svg><text>d</text></svg><p "
               "hidden>e<b>f</b></p><template>g</template>h"),
      "a\n\nh");
}

TEST(Markdown, PagesThatAreMeantToHurtDoNot) {
  const auto repeated = [](std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  EXPECT_TRUE(to_markdown(repeated("<div>", 20'000)));
  EXPECT_TRUE(to_markdown(repeated("<blockquote>x", 2'000)));
  EXPECT_TRUE(to_markdown(repeated("<table><tr><td>", 2'000)));
  EXPECT_TRUE(to_markdown(repeated("</p></b>", 2'000)));
  EXPECT_EQ(to_markdown("<p " + repeated("a ", 100'000) + ">").error().code, base::errc::invalid_argument);
}

}  // namespace
}  // namespace greenroom::page
