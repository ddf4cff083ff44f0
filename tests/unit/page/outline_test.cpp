#include "page/outline.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::page {
namespace {

json::object node(std::string_view id, std::string_view role, std::string_view name, int backend,
                  std::initializer_list<std::string_view> children = {}) {
  json::object out;
  out["nodeId"] = id;
  out["role"] = {{"value", role}};
  out["name"] = {{"value", name}};
  out["backendDOMNodeId"] = backend;
  json::array ids;
  for (const std::string_view child : children) ids.emplace_back(child);
  out["childIds"] = std::move(ids);
  return out;
}

std::string outline(json::array nodes, const Layout& layout = {}) {
  OutlinePlan plan;
  plan.root = "A";
  plan.frames["A"].layout = &layout;
  plan.frames["A"].nodes = std::move(nodes);
  return write_outline(plan);
}

TEST(Outline, ALineAThingIndentedAsTheyAreNested) {
  EXPECT_EQ(outline({node("1", "RootWebArea", "Page", 1, {"2"}), node("2", "navigation", "", 2, {"3"}),
                     node("3", "link", "Home", 3)}),
            "[0-1] RootWebArea: Page\n  [0-2] navigation\n    [0-3] link: Home");
}

TEST(Outline, WhatOnlyWrapsOneThingIsLeftOut) {
  EXPECT_EQ(outline({node("1", "RootWebArea", "Page", 1, {"2"}), node("2", "generic", "", 2, {"3"}),
                     node("3", "none", "", 3, {"4"}), node("4", "button", "Go", 4, {"5", "6"}),
                     node("5", "StaticText", "Go", 5), node("6", "generic", "", 6)}),
            "[0-1] RootWebArea: Page\n  [0-4] button: Go");
}

TEST(Outline, WrappersOfSeveralThingsSayTheirTag) {
  Layout layout;
  layout.elements[2] = {"div", false};
  EXPECT_EQ(outline({node("1", "RootWebArea", "P", 1, {"2"}), node("2", "generic", "", 2, {"3", "4"}),
                     node("3", "button", "A", 3), node("4", "button", "B", 4)},
                    layout),
            "[0-1] RootWebArea: P\n  [0-2] div\n    [0-3] button: A\n    [0-4] button: B");
}

TEST(Outline, WhatScrollsAndWhatListsAreSaysSo) {
  Layout layout;
  layout.elements[2] = {"html", false};
  layout.elements[3] = {"ul", true};
  layout.elements[4] = {"select", false};
  layout.elements[5] = {"input, file", false};
  EXPECT_EQ(
      outline({node("1", "RootWebArea", "P", 1, {"2"}), node("2", "none", "", 2, {"3"}),
               node("3", "list", "", 3, {"4", "5"}), node("4", "combobox", "Plan", 4),
               node("5", "button", "Choose", 5)},
              layout),
      "[0-1] RootWebArea: P\n  [0-2] scrollable, html\n    [0-3] scrollable, ul\n      [0-4] select: Plan\n"
      "      [0-5] input, file: Choose");
}

TEST(Outline, NamesAreOneLineWithoutIcons) {
  EXPECT_EQ(outline({node("1", "button", "\uE001 Save\u00A0 all\nof it ", 1)}),
            "[0-1] button: Save all of it");
}

TEST(Outline, StatesAreSaid) {
  json::object box = node("1", "checkbox", "On", 1);
  box["properties"] = json::parse(
      R"([{"name":"checked","value":{"value":"true"}},{"name":"selected","value":{"value":true}}])");
  EXPECT_EQ(outline({box}), "[0-1] checkbox: On [selected] [checked]");
}

TEST(Outline, AFramesLinesStandBelowItsElement) {
  Layout layout;
  OutlinePlan plan;
  plan.root = "A";
  plan.frames["A"].layout = plan.frames["B"].layout = &layout;
  plan.frames["A"].nodes = {node("1", "RootWebArea", "Outer", 1, {"2"}), node("2", "Iframe", "", 7)};
  plan.frames["B"].nodes = {node("1", "RootWebArea", "Inner", 1)};
  plan.frames["B"].ordinal = 3;
  plan.inner[{"A", 7}] = "B";
  EXPECT_EQ(write_outline(plan), "[0-1] RootWebArea: Outer\n  [0-7] Iframe\n    [3-1] RootWebArea: Inner");
  plan.start = 7;
  EXPECT_EQ(write_outline(plan), "[0-7] Iframe\n  [3-1] RootWebArea: Inner");
  plan.frames["A"].left_out = {7};
  EXPECT_EQ(write_outline(plan), "");
}

TEST(Outline, ACircleEnds) {
  EXPECT_EQ(outline({node("1", "button", "A", 1, {"2"}), node("2", "button", "B", 2, {"1"})}),
            "[0-1] button: A\n  [0-2] button: B");
}

TEST(Layout, ReadsTagsScrollingAndFrames) {
  const json::value snapshot =
      json::parse(R"({"strings":["A","B","HTML","INPUT","type","file","auto","IFRAME"],
    "documents":[{"frameId":0,"nodes":{"nodeName":[2,3,7],"backendNodeId":[2,3,4],"attributes":[[],[4,5],[]],
    "contentDocumentIndex":{"index":[2],"value":[1]}},"layout":{"nodeIndex":[0],"styles":[[6,6]],
    "scrollRects":[[0,0,10,900]],"clientRects":[[0,0,10,100]]}},
    {"frameId":1,"nodes":{"nodeName":[2],"backendNodeId":[9]}}]})");
  const Layout layout = read_layout(snapshot.as_object());
  EXPECT_TRUE(layout.elements.at(2).scrolls);
  EXPECT_EQ(layout.elements.at(3).tag, "input, file");
  ASSERT_EQ(layout.documents.size(), 2u);
  EXPECT_EQ(layout.documents[1].frame, "B");
  EXPECT_EQ(layout.documents[1].parent, "A");
  EXPECT_EQ(layout.documents[1].host, 4);
}

}  // namespace
}  // namespace greenroom::page
