import { expect, leaveOut, test } from './fixtures.ts';
import { shiftClock, stopClock } from './pictures/clock.ts';
import { otherFont } from './pictures/font.ts';
import { settled, sizes, themes, views } from './pictures/views.ts';

/*
 * Views as they were when somebody looked at them and found them right. After a change that is meant:
 * `npx playwright test e2e/pictures.spec.ts --update-snapshots`, and look at what has changed.
 */
let end = () => {};
test.beforeEach(() => {
  end = shiftClock();
});
test.afterEach(() => end());

for (const { name, show } of views) {
  test(`${name} looks as it did`, async ({ start }, info) => {
    leaveOut(info.title, otherFont());
    const app = await start('--demo');
    await stopClock(app.page);
    await app.page.reload();
    await show(app);
    for (const size of sizes)
      for (const colorScheme of themes) {
        await app.page.setViewportSize(size);
        await app.page.emulateMedia({ colorScheme });
        await settled(app);
        await expect.soft(app.page).toHaveScreenshot([name, `${size.width}x${size.height}-${colorScheme}.png`]);
      }
  });
}
