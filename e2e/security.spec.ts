import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { both, expect, test } from './fixtures.ts';
import { startServer } from './shell.ts';

/*
 * What a page of another site, or another user of this machine, could try against the browser shell.
 */
test.describe('the browser shell', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  test.beforeEach(async ({ home }) => {
    server = await startServer({ args: ['--demo', '--data-dir', home], home });
  });
  test.afterEach(() => server?.stop());
  const address = () => new URL(server.url);
  const token = () => address().hash.replace('#token=', '');

  function status(path: string, headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = address();
      request({ hostname, port, path, headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  }
  function socket(options: { origin?: string; host?: string; token?: string }): Promise<string> {
    const { host } = address();
    const protocols = ['snapkeel', ...(options.token === undefined ? [] : [`token.${options.token}`])];
    const client = new WebSocket(`ws://${host}/rpc`, protocols, {
      headers: { Origin: options.origin ?? `http://${host}`, Host: options.host ?? host },
    });
    return new Promise((resolve) => {
      // A socket that is shut at once answers no ping.
      client.on('open', () => client.ping());
      client.on('pong', () => resolve('open'));
      client.on('close', (code) => resolve(`closed ${code}`));
      client.on('error', (error) => resolve(error.message));
    });
  }

  test('a name that was rebound to this machine is refused', async () => {
    expect(await status('/', { Host: address().host })).toBe(200);
    expect(await status('/', { Host: `evil.example:${address().port}` })).toBe(403);
    expect(await socket({ token: token(), host: `evil.example:${address().port}` })).toContain('403');
  });
  test('another site’s page is refused, token or not', async () => {
    expect(await socket({ token: token(), origin: 'https://evil.example' })).toContain('403');
    expect(await socket({ token: token(), origin: 'null' })).toContain('403');
  });
  test('without the token nothing is answered', async () => {
    expect(await socket({})).toContain('401');
    expect(await socket({ token: `${token().slice(0, -1)}_` })).toContain('401');
    expect(await socket({ token: token() })).toBe('open');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    test(`${signal} ends it well`, async () => {
      const ended = once(server.process, 'exit');
      server.process.kill(signal);
      expect(await ended).toEqual([0, null]);
    });
  test('no file outside the page is served', async () => {
    for (const path of ['/../main/serve.js', '/..%2fmain%2fserve.js', '/%2e%2e/main/serve.js', '//etc/passwd'])
      expect(await status(path, { Host: address().host }), path).not.toBe(200);
  });
});

test('names from outside are text, and nothing from outside runs', both, async ({ start }) => {
  const { page } = await start('--demo');
  const refused: string[] = [];
  page.on('console', (message) => refused.push(message.text()));
  const ran = await page.evaluate(async () => {
    const attempts = [
      () => {
        const script = document.createElement('script');
        script.append('globalThis.injected = true'); // an own text node is no text that is assigned
        document.body.append(script);
      },
      () => {
        document.body.innerHTML += '<img src="nowhere.png" onerror="globalThis.injected = true">';
      },
      () => document.createElement('img').setAttribute('onerror', 'globalThis.injected = true'),
    ];
    const failed = attempts.map((attempt) => {
      try {
        attempt();
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    });
    const outside = await fetch('https://example.org/').then(
      () => 'fetched',
      () => 'refused',
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { injected: Reflect.get(globalThis, 'injected'), failed, outside };
  });
  expect(ran).toEqual({ failed: ['done', 'TypeError', 'TypeError'], outside: 'refused' });
  await expect.poll(() => refused.join('\n')).toContain('Content Security Policy');
});

test('diagnostics tell of versions, hosts and what went wrong, and of no secret', async ({ start }) => {
  const app = await start('--demo', 'snapkeel://open?password=hunter2');
  const { page } = app;
  await expect(app.domain('web-01')).toBeVisible();
  const command = async (name: string) => {
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Find a domain, snapshot or command' }).fill(name);
    await expect(page.getByRole('option', { selected: true })).toHaveText(new RegExp(`^${name}`));
    await page.keyboard.press('Enter');
  };
  await command('Add host');
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  const field = dialog.getByRole('combobox', { name: 'Connection URI' });
  await field.fill('qemu+ssh://root:hunter2@kvm-a/system');
  await field.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('password');
  await field.fill('qemu+unix:///system?socket=/nowhere/at/all');
  await field.press('Enter');
  await expect(page.getByRole('main')).toContainText('No libvirt socket was found');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await command('Copy diagnostics');
  await expect(page.getByRole('article').getByText('Diagnostics copied')).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/^- Snapkeel: \d+\.\d+\.\d+$/m);
  expect(text).toMatch(/^- Node: \d+\.\d+\.\d+$/m);
  expect(text).toMatch(
    /^- .*: QEMU, libvirt 11\.3\.0, hypervisor \S+, simulated in this app; lacks .*mergesWhilePaused/m,
  );
  expect(text).toMatch(/^- qemu\+unix:.*: (retrying, SOCKET_MISSING|connecting)$/m);
  expect(text).toMatch(/ INVALID_URI: [\s\S]* SOCKET_MISSING: /);
  expect(text).toContain('snapkeel://open?password=… is not a Snapkeel link');
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain(new URL(app.url ?? '').hash.slice('#token='.length));
});
