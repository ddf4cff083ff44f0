// A model for tests that speaks OpenAI's Responses: it answers by the schema that it is asked for, takes the ids of
// elements out of the outline in the question, and notes what it was asked.
import { createServer } from 'node:http';

const textOf = ({ content }) => (typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('\n'));

/** The first line of the outline that fits: its id and what it says. */
function lineOf(question, pattern) {
  for (const line of question.split('\n')) {
    const [, id, said] = /\[(\d+-\d+)\]\s*(.*)$/.exec(line) ?? [];
    if (id && pattern.test(said)) return { elementId: id, description: said };
  }
  return null;
}

const answers = {
  Act(question) {
    const wanted = /following action: ([^\n]*)/.exec(question)?.[1] ?? '';
    const fills = /\b(type|fill|enter)\b/i.test(wanted);
    const found = lineOf(question, fills ? /^textbox|input/ : /^button/);
    return { action: found && { ...found, method: fills ? 'fill' : 'click', arguments: fills ? [/%name%/.test(question) ? '%name%' : 'World'] : [] }, twoStep: false };
  },
  Observation(question) {
    const found = lineOf(question, /^button/);
    return { elements: found ? [{ ...found, method: 'click', arguments: [] }] : [] };
  },
  Metadata: () => ({ progress: 'all of it', completed: true }),
};

/** Something of the schema's shape, with the heading of the page as its texts. */
function shaped(schema, question) {
  if (schema.type === 'object') return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, each]) => [name, shaped(each, question)]));
  if (schema.type === 'array') return [shaped(schema.items, question)];
  if (schema.type === 'number' || schema.type === 'integer') return 7;
  if (schema.type === 'boolean') return true;
  return /\[\d+-\d+\] heading: (.*)/.exec(question)?.[1] ?? 'no heading';
}

export async function startModel() {
  const asked = [];
  const next = []; // answers that come first, each {status, body, headers}
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    asked.push({ method: request.method, path: request.url, headers: request.headers, body });
    const special = next.shift();
    if (special?.hang) return;
    response.writeHead(special?.status ?? 200, { 'content-type': 'application/json', ...special?.headers });
    if (special) return response.end(special.body);
    const question = (body.input ?? []).map(textOf).join('\n');
    const { name, schema } = body.text?.format ?? {};
    const told = JSON.stringify(answers[name]?.(question) ?? shaped(schema ?? {}, question));
    response.end(JSON.stringify({
      id: 'resp_1', object: 'response', created_at: 1, model: body.model, status: 'completed', incomplete_details: null,
      output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: told, annotations: [] }] }],
      usage: { input_tokens: 90, input_tokens_details: { cached_tokens: 0 }, output_tokens: 10, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 100 },
    }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked, next, url: `http://127.0.0.1:${server.address().port}/v1`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}
