// `npm test`: sets everything up, runs every suite, and counts. Plain JavaScript: nothing may be installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from '../electron/start/setup.mjs';
import { installSystemPackages } from './system-packages.mjs';

// Short, for sockets lie deep in it. Whatever a test leaves goes with it.
const temporary = mkdtempSync(join(tmpdir(), 'skt-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
const unit = join(temporary, 'unit.json');
const e2e = join(temporary, 'e2e.json');
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, told once more at the end: logs are read from there. */
const failures = [];

installSystemPackages();
step('install', () => ensureInstalled());
step('build', () => ensureBuilt());
buildGenerations();
// One after the other: at once they take as long, and the machine is so busy that limits are reached.
const suites = [
  suite('types', 'typescript/bin/tsc', ['-b']),
  suite('lint', '@biomejs/biome/bin/biome', ['check']),
  suite('unit', 'vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`], {
    file: unit,
    count({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
      for (const { name, message, assertionResults } of testResults) {
        if (message) failures.push(`${name}\n${message}`);
        for (const { status, fullName, failureMessages } of assertionResults)
          if (status === 'failed') failures.push(`${name} › ${fullName}\n${failureMessages.join('\n')}`);
      }
      return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
    },
  }),
  suite('e2e', '@playwright/test/cli.js', ['test'], {
    file: e2e,
    count({ stats: { expected, flaky, unexpected, skipped }, suites: told, errors }) {
      for (const { message } of errors) failures.push(message);
      for (const { file, title, tests } of specsIn(told))
        for (const { projectName, status, results } of tests)
          if (status === 'unexpected')
            failures.push(
              `[${projectName}] ${file} › ${title}\n${results.flatMap((r) => r.errors.map((e) => e.message)).join('\n')}`,
            );
      return { passed: expected + flaky, failed: unexpected, skipped };
    },
  }),
];
for (const run of suites) await run();
for (const failure of failures) console.log(`\n✘ ${failure}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** One tool of the project, to be run; without a report to count, the run itself is one test. */
function suite(name, script, args, report = undefined) {
  return async () => {
    console.log(`\n── ${name}`);
    const tool = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, TMPDIR: temporary, PLAYWRIGHT_JSON: e2e },
    });
    const status = await new Promise((resolve) => {
      tool.on('error', (error) => {
        failures.push(`${name}: ${error.message}`);
        resolve(null);
      });
      tool.on('close', resolve);
    });
    const passed = status === 0;
    const plain = { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
    const counted =
      report && existsSync(report.file) ? report.count(JSON.parse(readFileSync(report.file, 'utf8'))) : plain;
    // A tool that failed without a failed test, as by an error outside of any test, has failed all the same.
    if (!passed && counted.failed === 0) counted.failed = 1;
    for (const key of Object.keys(total)) total[key] += counted[key];
  };
}

/** Playwright's report nests: files hold groups, and groups hold groups. */
function specsIn(suites) {
  return suites.flatMap((each) => [...(each.specs ?? []), ...specsIn(each.suites ?? [])]);
}

/** Other generations of libvirt; where they can't be built, as without a mirror, what needs them is left out. */
function buildGenerations() {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'e2e/lab/prepare.ts')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status === 0) return;
  process.env.SNAPKEEL_NO_GENERATIONS = stderr.trim().split('\n').at(-1) || 'building them failed';
  console.log(`Left out: other generations of libvirt: ${process.env.SNAPKEEL_NO_GENERATIONS}`);
}

/** What later suites need; when it fails there is nothing to test. */
function step(name, make) {
  try {
    make();
  } catch (error) {
    console.error(`${name} failed: ${error.message}`);
    console.log('\n0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
}
