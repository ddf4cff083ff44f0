#include "page/outline.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json.hpp>

namespace greenroom::page {

namespace {
constexpr std::size_t most_text = 4 * 1024 * 1024;
constexpr std::size_t deepest_outline = 400;

struct AxNode {
  std::string role;
  std::string name;
  std::int64_t backend = 0;
  std::vector<std::string> children;
  bool is_checked = false;
  bool is_selected = false;
  bool is_virtual = false;  // nothing of the document's own
};

struct Shown {
  const AxNode* node = nullptr;
  std::vector<Shown> children;
};

std::string_view property_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// Of an AXValue: {"type": …, "value": …}.
const json::value* inner_value(const json::object& object, std::string_view name) {
  const json::value* outer = object.if_contains(name);
  const json::object* typed = outer != nullptr ? outer->if_object() : nullptr;
  return typed != nullptr ? typed->if_contains("value") : nullptr;
}

std::string_view inner_text(const json::object& object, std::string_view name) {
  const json::value* value = inner_value(object, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool is_true(const json::value* value) {
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  return value->is_string() && value->get_string() == "true";
}

/// One line's worth: no private-use characters (icon fonts), every kind of blank a single one.
std::string cleaned(std::string_view text) {
  std::string out;
  bool blank = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::size_t length = 1;
    const auto lead = static_cast<unsigned char>(rest[0]);
    if (lead >= 0xF0) length = 4;
    if (lead >= 0xE0 && lead < 0xF0) length = 3;
    if (lead >= 0xC0 && lead < 0xE0) length = 2;
    const std::string_view character = rest.substr(0, length);
    i += length;
    const bool is_blank = lead <= ' ' || character == "\u00A0" || character == "\u202F" ||
                          character == "\u2007" || character == "\uFEFF";
    if (is_blank) {
      blank = true;
      continue;
    }
    if (character >= "\uE000" && character <= "\uF8FF" && length == 3) continue;
    if (blank && !out.empty()) out += ' ';
    blank = false;
    out += character;
  }
  return out;
}

AxNode read_node(const json::object& object) {
  AxNode out;
  const json::value* ignored = object.if_contains("ignored");
  out.role = is_true(ignored) ? "none" : std::string(inner_text(object, "role"));
  out.name = cleaned(inner_text(object, "name"));
  out.is_virtual = property_text(object, "nodeId").starts_with('-') || out.role == "InlineTextBox";
  if (const json::value* id = object.if_contains("backendDOMNodeId"); id != nullptr && id->is_int64())
    out.backend = id->get_int64();
  if (const json::value* ids = object.if_contains("childIds"); ids != nullptr && ids->is_array())
    for (const json::value& id : ids->get_array())
      if (id.is_string()) out.children.emplace_back(id.get_string());
  const json::value* properties = object.if_contains("properties");
  if (properties == nullptr || !properties->is_array()) return out;
  for (const json::value& property : properties->get_array()) {
    const json::object* named = property.if_object();
    if (named == nullptr) continue;
    if (property_text(*named, "name") == "checked") out.is_checked = is_true(inner_value(*named, "value"));
    if (property_text(*named, "name") == "selected") out.is_selected = is_true(inner_value(*named, "value"));
  }
  return out;
}

bool is_structural(const AxNode& node) {
  return node.role == "generic" || node.role == "none" || node.role.empty();
}

/// One document: its nodes by id, and what is left of them.
class Tree {
 public:
  Tree(const OutlinePlan& plan, const std::string& frame, const OutlineFrame& source)
      : plan_(plan), frame_(frame), source_(source) {
    for (const json::value& item : source.nodes) {
      const json::object* object = item.if_object();
      if (object == nullptr) continue;
      const std::string id(property_text(*object, "nodeId"));
      if (id.empty() || nodes_.contains(id)) continue;
      AxNode node = read_node(*object);
      if (first_.empty()) first_ = id;
      by_backend_.emplace(node.backend, id);
      nodes_.emplace(id, std::move(node));
    }
  }

  std::vector<Shown> shown(std::int64_t start) {
    std::string id = first_;
    if (start != 0) {
      const auto found = by_backend_.find(start);
      if (found == by_backend_.end()) return {};
      id = found->second;
    }
    return below(id, 0);
  }

  const ElementFacts* facts(const AxNode& node) const {
    if (source_.layout == nullptr) return nullptr;
    const auto found = source_.layout->elements.find(node.backend);
    return found != source_.layout->elements.end() ? &found->second : nullptr;
  }

 private:
  std::vector<Shown> below(const std::string& id, std::size_t depth) {
    const auto found = nodes_.find(id);
    // What a broken answer shows twice is shown once.
    if (found == nodes_.end() || depth > deepest_outline || !seen_.insert(id).second) return {};
    const AxNode& node = found->second;
    if (node.is_virtual || (node.backend != 0 && source_.left_out.contains(node.backend))) return {};
    std::vector<Shown> children;
    for (const std::string& child : node.children)
      for (Shown& item : below(child, depth + 1)) children.push_back(std::move(item));
    drop_repeated_text(node, children);
    const ElementFacts* known = facts(node);
    const bool stays = known != nullptr && (known->scrolls || known->tag == "html");
    const bool is_frame = plan_.inner.contains({frame_, node.backend});
    if (is_structural(node) && !stays && !is_frame) {
      if (children.size() == 1 || (children.empty() && node.name.empty())) return children;
    }
    std::vector<Shown> out(1);
    out[0].node = &node;
    out[0].children = std::move(children);
    return out;
  }

  /// Text that only says the name of what it is in.
  static void drop_repeated_text(const AxNode& node, std::vector<Shown>& children) {
    if (node.name.empty()) return;
    std::string words;
    for (const Shown& child : children)
      if (child.node->role == "StaticText") words += " " + child.node->name;
    if (cleaned(words) != node.name) return;
    std::erase_if(children, [](const Shown& child) { return child.node->role == "StaticText"; });
  }

  const OutlinePlan& plan_;
  const std::string& frame_;
  const OutlineFrame& source_;
  std::unordered_map<std::string, AxNode> nodes_;
  std::unordered_map<std::int64_t, std::string> by_backend_;
  std::set<std::string> seen_;
  std::string first_;
};

class Writer {
 public:
  explicit Writer(const OutlinePlan& plan) : plan_(plan) {}

  void frame(const std::string& id, std::int64_t start, std::size_t depth) {
    const auto source = plan_.frames.find(id);
    if (source == plan_.frames.end() || depth > deepest_outline || !written_.insert(id).second) return;
    Tree tree(plan_, source->first, source->second);
    for (const Shown& item : tree.shown(start)) line(tree, source->first, source->second, item, depth);
  }

  std::string take() { return std::move(out_); }

 private:
  void line(const Tree& tree, const std::string& frame_id, const OutlineFrame& source, const Shown& item,
            std::size_t depth) {
    if (out_.size() > most_text || depth > 2 * deepest_outline) return;
    const AxNode& node = *item.node;
    if (!out_.empty()) out_ += '\n';
    out_.append(depth * 2, ' ');
    out_ += '[' + std::to_string(source.ordinal) + '-' + std::to_string(node.backend) + "] ";
    out_ += role_of(tree, node);
    if (!node.name.empty()) out_ += ": " + node.name;
    if (node.is_selected) out_ += " [selected]";
    if (node.is_checked) out_ += " [checked]";
    for (const Shown& child : item.children) line(tree, frame_id, source, child, depth + 1);
    const auto inner = plan_.inner.find({frame_id, node.backend});
    if (inner != plan_.inner.end()) frame(inner->second, 0, depth + 1);
  }

  static std::string role_of(const Tree& tree, const AxNode& node) {
    const ElementFacts* facts = tree.facts(node);
    if (facts == nullptr || facts->tag.empty()) return node.role.empty() ? "generic" : node.role;
    if (facts->scrolls || facts->tag == "html") return "scrollable, " + facts->tag;
    if (is_structural(node) || facts->tag == "input, file") return facts->tag;
    if (facts->tag == "select" && node.role == "combobox") return "select";
    return node.role;
  }

  const OutlinePlan& plan_;
  std::set<std::string> written_;
  std::string out_;
};

/// Access to the parallel arrays of a snapshot.
const json::array* list_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

const json::object* part_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

class LayoutReader {
 public:
  LayoutReader(const json::array& strings, const json::array& documents)
      : strings_(strings), documents_(documents) {}

  Layout read() {
    for (const json::value& item : documents_) {
      const json::object* document = item.if_object();
      DocumentPlace place;
      if (document != nullptr) place.frame = string_of(document->if_contains("frameId"));
      out_.documents.push_back(std::move(place));
    }
    for (std::size_t i = 0; i < documents_.size(); ++i)
      if (const json::object* document = documents_[i].if_object()) read_document(*document, i);
    return std::move(out_);
  }

 private:
  std::string string_of(const json::value* index) const {
    if (index == nullptr || !index->is_int64()) return {};
    const std::int64_t at = index->get_int64();
    if (at < 0 || static_cast<std::size_t>(at) >= strings_.size()) return {};
    const json::value& text = strings_[static_cast<std::size_t>(at)];
    return text.is_string() ? std::string(text.get_string()) : std::string();
  }
  static const json::value* at(const json::array* list, std::size_t index) {
    return list != nullptr && index < list->size() ? &(*list)[index] : nullptr;
  }
  static std::int64_t number_at(const json::array* list, std::size_t index) {
    const json::value* value = at(list, index);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  }

  void read_document(const json::object& document, std::size_t number) {
    const json::object* nodes = part_of(document, "nodes");
    if (nodes == nullptr) return;
    backends_ = list_of(*nodes, "backendNodeId");
    const json::array* names = list_of(*nodes, "nodeName");
    const json::array* attributes = list_of(*nodes, "attributes");
    if (backends_ == nullptr) return;
    for (std::size_t i = 0; i < backends_->size(); ++i) {
      ElementFacts facts;
      facts.tag = string_of(at(names, i));
      std::transform(facts.tag.begin(), facts.tag.end(), facts.tag.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      if (facts.tag == "input") facts.tag += type_of(at(attributes, i));
      out_.elements.insert_or_assign(number_at(backends_, i), std::move(facts));
    }
    if (const json::object* layout = part_of(document, "layout")) read_scrolling(*layout);
    if (const json::object* inner = part_of(*nodes, "contentDocumentIndex")) read_inner(*inner, number);
  }

  std::string type_of(const json::value* attributes) const {
    const json::array* list = attributes != nullptr ? attributes->if_array() : nullptr;
    if (list == nullptr) return {};
    for (std::size_t i = 0; i + 1 < list->size(); i += 2)
      if (string_of(&(*list)[i]) == "type") return ", " + string_of(&(*list)[i + 1]);
    return {};
  }

  void read_scrolling(const json::object& layout) {
    const json::array* indices = list_of(layout, "nodeIndex");
    const json::array* styles = list_of(layout, "styles");
    const json::array* scrolled = list_of(layout, "scrollRects");
    const json::array* shown = list_of(layout, "clientRects");
    if (indices == nullptr) return;
    for (std::size_t i = 0; i < indices->size(); ++i) {
      const json::value* whole = at(scrolled, i);
      const json::value* part = at(shown, i);
      if (!is_larger(whole, part) || !may_scroll(at(styles, i))) continue;
      const std::int64_t node = number_at(indices, i);
      if (node < 0) continue;
      const auto found = out_.elements.find(number_at(backends_, static_cast<std::size_t>(node)));
      if (found != out_.elements.end()) found->second.scrolls = true;
    }
  }
  /// [x, y, width, height]: more inside than is shown.
  static bool is_larger(const json::value* whole, const json::value* part) {
    const json::array* a = whole != nullptr ? whole->if_array() : nullptr;
    const json::array* b = part != nullptr ? part->if_array() : nullptr;
    if (a == nullptr || b == nullptr || a->size() < 4 || b->size() < 4) return false;
    for (const std::size_t i : {std::size_t{2}, std::size_t{3}})
      if ((*a)[i].is_number() && (*b)[i].is_number() &&
          (*a)[i].to_number<double>() > (*b)[i].to_number<double>() + 1)
        return true;
    return false;
  }
  bool may_scroll(const json::value* styles) const {
    const json::array* list = styles != nullptr ? styles->if_array() : nullptr;
    if (list == nullptr) return false;
    return std::any_of(list->begin(), list->end(), [this](const json::value& style) {
      const std::string word = string_of(&style);
      return word == "auto" || word == "scroll";
    });
  }

  void read_inner(const json::object& inner, std::size_t number) {
    const json::array* hosts = list_of(inner, "index");
    const json::array* documents = list_of(inner, "value");
    for (std::size_t i = 0; hosts != nullptr && i < hosts->size(); ++i) {
      const std::int64_t host = number_at(hosts, i);
      const std::int64_t document = number_at(documents, i);
      if (host < 0 || document < 0 || static_cast<std::size_t>(document) >= out_.documents.size()) continue;
      DocumentPlace& place = out_.documents[static_cast<std::size_t>(document)];
      place.parent = out_.documents[number].frame;
      place.host = number_at(backends_, static_cast<std::size_t>(host));
    }
  }

  const json::array& strings_;
  const json::array& documents_;
  const json::array* backends_ = nullptr;
  Layout out_;
};
}  // namespace

Layout read_layout(const json::object& snapshot) {
  const json::array* strings = list_of(snapshot, "strings");
  const json::array* documents = list_of(snapshot, "documents");
  if (strings == nullptr || documents == nullptr) return {};
  return LayoutReader(*strings, *documents).read();
}

std::string write_outline(const OutlinePlan& plan) {
  Writer writer(plan);
  writer.frame(plan.root, plan.start, 0);
  return writer.take();
}

}  // namespace greenroom::page
