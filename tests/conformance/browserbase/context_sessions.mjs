// Sessions on contexts, for the suites that look at what is kept of them.
import { connectPlaywright, createWhenRoom, release } from '../support/client.mjs';
import { login, stateOf } from '../support/members.mjs';

export const using = (id, persist) => ({ browserSettings: { context: { id, persist } } });

export const firstPage = async (browser) => (browser.contexts ? browser.contexts()[0].pages()[0] : (await browser.pages())[0]);

/** A session, and `body` with its first page; released at the end, and nothing is waited for then. */
export async function inSession(sdk, params, body, { connect = connectPlaywright } = {}) {
  const session = await createWhenRoom(sdk, params);
  const browser = await connect(session);
  try {
    return await body(await firstPage(browser), session, browser);
  } finally {
    await release(sdk, session);
    await browser.close().catch(() => {});
  }
}

export const logInAt = (url) => (sdk, id, who, more) => inSession(sdk, using(id, true), (page) => login(page, url, who), more);
export const stateAt = (url) => (sdk, id, more) => inSession(sdk, using(id, false), (page) => stateOf(page, url), more);
