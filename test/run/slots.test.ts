import { describe, expect, it } from 'vitest';
import { createSlots, type Slots } from '../../src/run/slots.ts';

const never = new AbortController().signal;

/** Work that lasts until it is ended. */
function held(): { readonly work: () => Promise<string>; readonly started: () => boolean; end(): void } {
  let running = false;
  let end = (): void => {};
  const done = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return {
    work: () => {
      running = true;
      return done;
    },
    started: () => running,
    end: () => end(),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Occupies the only place; what is queued behind it notes its name when it starts. */
async function queueBehindOne(slots: Slots, requests: readonly (readonly [name: string, priority: number])[]) {
  const first = held();
  const running = [slots.use(0, first.work)];
  const order: string[] = [];
  for (const [name, priority] of requests) {
    running.push(
      slots.use(priority, async () => {
        order.push(name);
        await turn();
        return name;
      }),
    );
  }
  first.end();
  await Promise.all(running);
  return order;
}

describe('places', () => {
  it('are never used by more than there are', async () => {
    const slots = createSlots(3, never);
    let now = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await turn();
      now--;
    };
    await Promise.all(Array.from({ length: 40 }, (_, i) => slots.use(i % 3, work)));
    expect(most).toBe(3);
    expect(now).toBe(0);
  });

  it('are at least one', async () => {
    expect(await createSlots(0, never).use(0, async () => 'ran')).toBe('ran');
  });

  it('are free again after work that failed', async () => {
    const slots = createSlots(1, never);
    const failing = slots.use(0, async () => {
      throw new Error('broken');
    });
    const next = slots.use(0, async () => 'ran');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('ran');
    expect(await slots.use(0, async () => 'ran again')).toBe('ran again');
  });

  it('that are handed over cannot be taken by who comes in between', async () => {
    const slots = createSlots(1, never);
    const [first, waiting, late] = [held(), held(), held()];
    const running = [slots.use(0, first.work), slots.use(5, waiting.work)];
    first.end();
    await running[0];
    running.push(slots.use(5, late.work));
    await turn();
    expect([waiting.started(), late.started()]).toEqual([true, false]);
    waiting.end();
    late.end();
    await Promise.all(running);
  });
});

describe('who waits', () => {
  it('is served by priority, lower first', async () => {
    const requests = [
      ['c', 2],
      ['b', 1],
      ['a', 0],
      ['d', 3],
    ] as const;
    expect(await queueBehindOne(createSlots(1, never), requests)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is served in the order of request within a priority', async () => {
    const requests = [
      ['late 1', 2],
      ['x', 1],
      ['y', 1],
      ['late 2', 2],
      ['z', 1],
    ] as const;
    expect(await queueBehindOne(createSlots(1, never), requests)).toEqual(['x', 'y', 'z', 'late 1', 'late 2']);
  });
});

it('lets what follows from work that ended go before who waited longer', async () => {
  const slots = createSlots(1, never);
  const order: string[] = [];
  const chain = slots.use(1, async () => {}).then(() => slots.use(0, async () => void order.push('what follows')));
  const waiting = slots.use(1, async () => void order.push('who waited'));
  await Promise.all([chain, waiting]);
  expect(order).toEqual(['what follows', 'who waited']);
});

describe('an abort', () => {
  it('turns away who waits, and who comes later; running work is left to end', async () => {
    const cancel = new AbortController();
    const slots = createSlots(1, cancel.signal);
    const [running, waiting] = [held(), held()];
    const first = slots.use(0, running.work);
    const second = slots.use(0, waiting.work);
    cancel.abort();
    await expect(second).rejects.toMatchObject({ name: 'CancelledError' });
    await expect(slots.use(0, waiting.work)).rejects.toMatchObject({ name: 'CancelledError' });
    expect(waiting.started()).toBe(false);
    running.end();
    expect(await first).toBe('done');
  });
});
