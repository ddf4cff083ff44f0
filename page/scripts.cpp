#include "page/scripts.hpp"

namespace greenroom::page::scripts {

// An outline writes the entry into a shadow root as "//", so a path of nothing but "name[n]" steps is read
// that way first. Any other expression is the document's own to evaluate, and is then tried step by step
// through the shadow roots, with each predicate evaluated at the element it is about.
const std::string_view find_xpath = R"js(function (expression) {
  const asElement = (node) => (node && node.nodeType !== 1 && node.nodeType !== 9 ? node.parentElement : node);
  let complaint = null;
  const plain = () => {
    try {
      return asElement(document.evaluate(expression, document, null, 9, null).singleNodeValue);
    } catch (error) {
      complaint = error;
      return null;
    }
  };
  const stepsOf = (path) => {
    const steps = [];
    let at = 0;
    while (at < path.length) {
      if (path[at] !== '/') return null;
      const deep = path[at + 1] === '/';
      at += deep ? 2 : 1;
      const begin = at;
      let depth = 0, quote = '';
      for (; at < path.length; at++) {
        const c = path[at];
        if (quote) { if (c === quote) quote = ''; }
        else if (c === '"' || c === "'") quote = c;
        else if (c === '[' || c === '(') depth++;
        else if (c === ']' || c === ')') depth--;
        else if (c === '/' && depth === 0) break;
      }
      const step = path.slice(begin, at);
      const bracket = step.indexOf('[');
      const test = bracket < 0 ? step : step.slice(0, bracket);
      if (!/^([\w.:-]+|\*|text\(\)|comment\(\))$/.test(test) || test.includes('::')) return null;
      const predicates = [];
      let rest = bracket < 0 ? '' : step.slice(bracket);
      while (rest) {
        if (rest[0] !== '[') return null;
        let end = 1;
        for (depth = 1, quote = ''; end < rest.length && depth > 0; end++) {
          const c = rest[end];
          if (quote) { if (c === quote) quote = ''; }
          else if (c === '"' || c === "'") quote = c;
          else if (c === '[') depth++;
          else if (c === ']') depth--;
        }
        if (depth > 0) return null;
        predicates.push(rest.slice(1, end - 1).trim());
        rest = rest.slice(end);
      }
      steps.push({ deep, test: test.toLowerCase(), predicates });
    }
    return steps.length > 0 ? steps : null;
  };
  const composed = (steps) => {
    const named = (node, test) => {
      if (test === 'text()') return node.nodeType === 3;
      if (test === 'comment()') return node.nodeType === 8;
      return node.nodeType === 1 && (test === '*' || node.nodeName.toLowerCase() === test);
    };
    const holds = (node, predicate) => {
      try {
        const about = node.nodeType === 1 ? 'boolean(self::*[' + predicate + '])' : 'false()';
        return document.evaluate(about, node, null, 3, null).booleanValue;
      } catch (error) {
        complaint = error;
        return false;
      }
    };
    const below = (node, out) => {
      if (node.shadowRoot) below(node.shadowRoot, out);
      out.push(node);
      for (const child of node.children || []) below(child, out);
      return out;
    };
    let found = [document];
    for (const step of steps) {
      const bases = step.deep ? found.flatMap((node) => below(node, [])) : found;
      const next = new Set();
      for (const base of bases) {
        let nodes = [...base.childNodes].filter((node) => named(node, step.test));
        for (const predicate of step.predicates) {
          nodes = /^\d+$/.test(predicate)
            ? nodes.slice(Number(predicate) - 1, Number(predicate))
            : nodes.filter((node) => holds(node, predicate));
        }
        for (const node of nodes) next.add(node);
      }
      found = [...next];
      if (found.length === 0) return null;
    }
    const first = found[0];
    return first.nodeType === 1 ? first : first.parentElement || (first.parentNode && first.parentNode.host);
  };
  const steps = stepsOf(expression);
  const isOutlinePath = steps && steps.every((step) => step.predicates.length === 1 && /^\d+$/.test(step.predicates[0]));
  let element = null;
  if (isOutlinePath && steps.some((step) => step.deep)) element = composed(steps);
  element = element || plain();
  if (!element && steps) { element = composed(steps); }
  if (!element && complaint) throw new Error('the XPath cannot be evaluated: ' + complaint.message);
  return element && element.nodeType === 9 ? element.documentElement : element;
})js";

const std::string_view find_css = R"js(function (selector) {
  let first;
  try {
    first = document.querySelector(selector);
  } catch (error) {
    throw new Error('the CSS selector cannot be read: ' + selector);
  }
  const within = (root) => {
    for (const host of root.querySelectorAll('*')) {
      if (!host.shadowRoot) continue;
      const found = host.shadowRoot.querySelector(selector) || within(host.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  return first || within(document);
})js";

const std::string_view find_text = R"js(function (words) {
  const squeeze = (text) => text.replace(/\s+/g, ' ').trim().toLowerCase();
  const wanted = squeeze(words);
  const skipped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD']);
  const search = (root) => {
    for (const element of root.children) {
      if (skipped.has(element.tagName)) continue;
      if (element.shadowRoot) {
        const found = search(element.shadowRoot);
        if (found) return found;
      }
      const label = element.tagName === 'INPUT' && /^(button|submit|reset)$/.test(element.type) ? element.value : element.textContent;
      const says = squeeze(label || '').includes(wanted);
      if (!says && !element.firstElementChild) continue;
      const inner = search(element);
      if (inner) return inner;
      if (says) return element;
    }
    return null;
  };
  return search(document);
})js";

// Where a click at the element's middle, or near it, reaches the element: what lies on top there must be the
// element, something inside it, or a label that belongs to it.
const std::string_view point = R"js(function () {
  const element = this;
  if (!element.isConnected) return { problem: 'is no longer in the page' };
  const box = element.getBoundingClientRect();
  const rects = [...element.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
  if (rects.length === 0 || getComputedStyle(element).visibility === 'hidden') return { problem: 'is not visible' };
  const parentOf = (node) => node.assignedSlot || node.parentElement || (node.getRootNode().host || null);
  for (let node = element; node; node = parentOf(node)) {
    if (node.matches(':disabled')) return { problem: 'is disabled', waits: true };
  }
  const hitAt = (x, y) => {
    let hit = document.elementFromPoint(x, y);
    while (hit && hit.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  };
  const labels = new Set(element.labels || []);
  const own = element.closest('label');
  if (own) labels.add(own);
  const reaches = (hit) => {
    for (let node = hit; node; node = parentOf(node)) if (node === element || labels.has(node)) return true;
    return false;
  };
  const describe = (node) => {
    if (!node) return 'nothing';
    let text = '<' + node.tagName.toLowerCase();
    if (node.id) text += ' id="' + node.id.slice(0, 40) + '"';
    else if (typeof node.className === 'string' && node.className) text += ' class="' + node.className.slice(0, 40) + '"';
    return text + '>';
  };
  const width = document.documentElement.clientWidth || innerWidth;
  const height = document.documentElement.clientHeight || innerHeight;
  let cover = null, inside = false;
  for (const rect of rects.length === 1 ? [box] : rects) {
    for (const [a, b] of [[0.5, 0.5], [0.5, 0.25], [0.5, 0.75], [0.25, 0.5], [0.75, 0.5], [0.1, 0.1], [0.9, 0.9]]) {
      const x = rect.left + rect.width * a, y = rect.top + rect.height * b;
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      inside = true;
      const hit = hitAt(x, y);
      if (reaches(hit)) return { x, y };
      cover = cover || hit;
    }
  }
  if (!inside) return { problem: 'is outside the visible part of the page', waits: true };
  return { problem: 'is covered by ' + describe(cover), waits: true };
})js";

const std::string_view point_outside = R"js(function (x, y) {
  const box = this.getBoundingClientRect();
  const style = getComputedStyle(this);
  const across = this.offsetWidth > 0 ? box.width / this.offsetWidth : 1;
  const down = this.offsetHeight > 0 ? box.height / this.offsetHeight : 1;
  const out = {
    x: box.left + (this.clientLeft + parseFloat(style.paddingLeft || '0') + x) * across,
    y: box.top + (this.clientTop + parseFloat(style.paddingTop || '0') + y) * down,
  };
  let hit = document.elementFromPoint(out.x, out.y);
  while (hit && hit !== this && hit.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(out.x, out.y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  if (hit === this) return out;
  if (!hit) return { problem: 'is in a frame outside the visible part of the page', waits: true };
  return { problem: 'is in a frame covered by <' + hit.tagName.toLowerCase() + (hit.id ? ' id="' + hit.id + '"' : '') + '>', waits: true };
})js";

const std::string_view painted = R"js(function () {
  return Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
    new Promise((done) => setTimeout(done, 250, null)),
  ]);
})js";

const std::string_view is_page_visible =
    R"js(function () { return document.visibilityState === 'visible'; })js";

const std::string_view takes_input = R"js(function () {
  if (document.visibilityState !== 'visible') return false;
  if (performance.getEntriesByType('paint').length > 0) return true;
  return Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
    new Promise((done) => setTimeout(done, 1000, true)),
  ]);
})js";

const std::string_view prepare_fill = R"js(function (text) {
  let element = this;
  if (element.tagName === 'LABEL' && element.control) element = element.control;
  if (!element.isConnected) throw new Error('the element is no longer in the page');
  if (element.matches(':disabled')) throw new Error('the element is disabled');
  if (element.readOnly) throw new Error('the element is read-only');
  const secret = element.tagName === 'INPUT' && element.type === 'password';
  if (element.tagName === 'INPUT') {
    const type = element.type;
    if (['color', 'date', 'datetime-local', 'month', 'range', 'time', 'week'].includes(type)) {
      const value = type === 'color' ? text.trim().toLowerCase() : text.trim();
      element.focus();
      element.value = value;
      if (element.value !== value && !(type === 'range' && value !== '')) throw new Error('the ' + type + ' field does not take this value');
      element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
      element.dispatchEvent(new Event('change', { bubbles: true }));
      return { insert: false, secret };
    }
    if (!['', 'text', 'email', 'number', 'password', 'search', 'tel', 'url'].includes(type)) throw new Error('a field of type ' + type + ' cannot be filled in');
    if (type === 'number' && text.trim() !== '' && isNaN(Number(text))) throw new Error('a number field does not take this text');
    element.focus();
    element.select();
    return { insert: true, secret };
  }
  if (element.tagName === 'TEXTAREA') {
    element.focus();
    element.select();
    return { insert: true, secret };
  }
  if (element.isContentEditable) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    element.focus();
    return { insert: true, secret };
  }
  throw new Error('the element is no field that could be filled in');
})js";

const std::string_view focus = R"js(function () {
  let element = this;
  if (element.tagName === 'LABEL' && element.control) element = element.control;
  if (!element.isConnected) throw new Error('the element is no longer in the page');
  if (element.matches(':disabled')) throw new Error('the element is disabled');
  element.focus();
  return { secret: element.tagName === 'INPUT' && element.type === 'password' };
})js";

const std::string_view select_option = R"js(function (words) {
  let element = this;
  if (element.tagName === 'LABEL' && element.control) element = element.control;
  if (element.tagName !== 'SELECT') throw new Error('the element is no list of options');
  if (element.matches(':disabled')) throw new Error('the element is disabled');
  const squeeze = (text) => text.replace(/\s+/g, ' ').trim();
  const wanted = squeeze(words);
  const options = [...element.options];
  const option = options.find((item) => squeeze(item.label) === wanted) || options.find((item) => item.value === words || item.value === wanted)
    || options.find((item) => squeeze(item.textContent) === wanted);
  if (!option) throw new Error('the list has no option ' + JSON.stringify(words.slice(0, 80)));
  if (option.disabled || (option.parentElement.tagName === 'OPTGROUP' && option.parentElement.disabled)) throw new Error('that option is disabled');
  element.focus();
  if (!element.multiple) for (const item of options) item.selected = false;
  option.selected = true;
  element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  element.dispatchEvent(new Event('change', { bubbles: true }));
  return null;
})js";

const std::string_view scroll = R"js(function (kind, number) {
  const isRoot = this === document.documentElement || this === document.body;
  const scrolls = (node) => node.scrollHeight > node.clientHeight && /auto|scroll|overlay/.test(getComputedStyle(node).overflowY);
  let box = this;
  while (!isRoot && box && !scrolls(box)) box = box.parentElement || (box.getRootNode().host || null);
  if (isRoot || !box) box = document.scrollingElement || document.documentElement;
  const isPage = box === document.scrollingElement || box === document.documentElement;
  const view = isPage ? innerHeight : box.clientHeight;
  const most = box.scrollHeight - view;
  let top = box.scrollTop;
  if (kind === 'to') top = most * number;
  else top += view * number;
  top = Math.max(0, Math.min(most, top));
  box.scrollTo({ top, left: box.scrollLeft, behavior: 'smooth' });
  return new Promise((resolve) => {
    let last = NaN, still = 0, waited = 0;
    const look = () => {
      still = box.scrollTop === last ? still + 1 : 0;
      last = box.scrollTop;
      waited += 50;
      // A page that is not shown does not move by itself.
      if (waited === 500 && still > 5 && Math.abs(last - top) > 1) box.scrollTo({ top, left: box.scrollLeft, behavior: 'instant' });
      if ((Math.abs(last - top) <= 1 && still >= 1) || waited >= 3000 || (waited > 700 && still > 5)) resolve(null);
      else setTimeout(look, 50);
    };
    look();
  });
})js";

}  // namespace greenroom::page::scripts
