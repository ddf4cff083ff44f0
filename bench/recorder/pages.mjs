// What a recording is measured on, beside lib/page.mjs.

const words = 'The quick brown fox jumps over the lazy dog, and nobody has ever asked the dog. '.repeat(12);

/** A page of text into which somebody types ten characters a second; `frames` counts the characters. */
export const typing = `<!doctype html><title>typing</title><style>body{font:16px/1.5 sans-serif;margin:2em;color:#222}
aside{float:right;width:360px;font-size:13px;color:#555}</style><h1>Notes</h1><aside>${words.repeat(2)}</aside>
<p id="text"></p><script>
var frames = 0;
const story = ${JSON.stringify(words.repeat(4))};
setInterval(() => { text.textContent = story.slice(0, ++frames % story.length); }, 100);
</script>`;

/** As lib/page.mjs's, with a counter that stands still too. */
export const still = `<!doctype html><title>still</title><style>body{font:16px sans-serif;margin:2em;
background:linear-gradient(120deg,white,lightsteelblue)}</style><h1>A page</h1>` +
  '<p>The quick brown fox jumps over the lazy dog, and nobody has ever asked the dog.</p>'.repeat(20) +
  '<script>var frames = 0;</script>';
