/**
 * Loads an app by the rules of Azure's worker, in this fresh process, and prints how long that took until all its functions were registered,
 * and which they are, as one line of JSON: `node bench/package/cold-load.ts <folder of the app>`, with the app's settings in the environment.
 */
import { loadApp } from '../../local/host/app/load-app.ts';

export interface ColdLoad {
  ms: number;
  functions: string[];
}

const [folder = '.'] = process.argv.slice(2);
const startedAt = performance.now();
const { app } = await loadApp(folder);
const ms = performance.now() - startedAt;
const loaded: ColdLoad = { ms, functions: app.functions.map(({ name }) => name).toSorted() };
console.log(JSON.stringify(loaded));
// The app's timers may keep it.
process.exit();
