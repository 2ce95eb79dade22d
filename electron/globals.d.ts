/** The version in package.json, filled in by the build. */
declare const __APP_VERSION__: string;
/** The path of a file that the build puts beside the code. */
declare module '*?asset' {
  const path: string;
  export default path;
}
