// Waiting for something to become true, with a bound.

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first truthy value of `probe()` (it may be asynchronous); fails after `within` ms, naming `what`. */
export async function until(what, probe, within = 10_000, every = 50) {
  const deadline = performance.now() + within;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${within} ms: ${what}; the last answer was ${last?.stack ?? JSON.stringify(last)}`);
    }
    await pause(every);
  }
}

/** `promise`, or a failure that names `what` after `ms`. */
export async function within(ms, what, promise) {
  let timer;
  const bound = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, bound]);
  } finally {
    clearTimeout(timer);
  }
}
