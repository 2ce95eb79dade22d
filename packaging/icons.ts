// Draws assets/icon.svg in every size that packages need. Run by hand when the drawing has changed: npx tsx packaging/icons.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const assets = new URL('../assets/', import.meta.url);
/** Pixels; the sizes of the hicolor theme. */
const linuxSizes = [16, 24, 32, 48, 64, 96, 128, 256, 512];
/** Each picture of an .icns has a type of its own; `@2x` types hold twice the points' pixels. */
const macTypes = [
  { type: 'icp4', pixels: 16 },
  { type: 'icp5', pixels: 32 },
  { type: 'ic11', pixels: 32 },
  { type: 'ic12', pixels: 64 },
  { type: 'ic07', pixels: 128 },
  { type: 'ic13', pixels: 256 },
  { type: 'ic08', pixels: 256 },
  { type: 'ic14', pixels: 512 },
  { type: 'ic09', pixels: 512 },
  { type: 'ic10', pixels: 1024 },
];

const drawn = await draw([...new Set([...linuxSizes, ...macTypes.map(({ pixels }) => pixels)])]);
mkdirSync(new URL('icons/', assets), { recursive: true });
for (const size of linuxSizes) writeFileSync(new URL(`icons/${size}x${size}.png`, assets), picture(size));
writeFileSync(new URL('icon.icns', assets), icns());

/** @param sizes in pixels */
async function draw(sizes: readonly number[]): Promise<Map<number, Buffer>> {
  const svg = readFileSync(new URL('icon.svg', assets), 'utf8').replace('<svg ', '<svg width="100vw" height="100vh" ');
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const pictures = new Map<number, Buffer>();
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>*{margin:0}svg{display:block}</style>${svg}`);
    pictures.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  await browser.close();
  return pictures;
}

function picture(size: number): Buffer {
  const found = drawn.get(size);
  if (!found) throw new Error(`${size} pixels were not drawn for ${fileURLToPath(assets)}`);
  return found;
}

/** Apple's container: “icns” and its length, then type, length and bytes of each picture. Lengths hold their header. */
function icns(): Buffer {
  const entries = macTypes.map(({ type, pixels }) => withHeader(type, picture(pixels)));
  return withHeader('icns', Buffer.concat(entries));
}

function withHeader(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(type, 'latin1');
  header.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([header, content]);
}
