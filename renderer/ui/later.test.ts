import { describe, expect, it, vi } from 'vitest';
import { Later, NotLoaded } from './later.ts';

describe('code that comes later', () => {
  it('is fetched once, and is here from then on', async () => {
    const load = vi.fn(async () => 'code');
    const later = new Later(load);
    expect(later.here).toBeNull();
    await later.ahead();
    await expect(later.come()).resolves.toBe('code');
    expect(later.here).toBe('code');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('is fetched again after it did not come ahead', async () => {
    const load = vi.fn(async () => 'code').mockRejectedValueOnce(new TypeError('Failed to fetch'));
    const later = new Later(load);
    await later.ahead();
    await expect(later.come()).resolves.toBe('code');
  });

  it('is one failure as long as nobody tries again', async () => {
    const load = vi.fn(async () => 'code').mockRejectedValueOnce(new TypeError('Failed to fetch'));
    const later = new Later(load);
    const failed = later.come();
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotLoaded);
    expect(error).toMatchObject({ message: 'Failed to fetch' });
    expect(later.come()).toBe(failed);
    (error as NotLoaded).forget();
    await expect(later.come()).resolves.toBe('code');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('is not waited for without end', async () => {
    vi.useFakeTimers();
    try {
      const failed = expect(new Later(() => new Promise(() => {}), 15_000).come()).rejects.toThrow('in 15 seconds');
      await vi.advanceTimersByTimeAsync(15_000);
      await failed;
    } finally {
      vi.useRealTimers();
    }
  });
});
