/** Every story, under the name it is started by. */
import { buildImage } from './build-image.ts';
import { rollOut } from './roll-out.ts';
import { runGate } from './run-gate.ts';
import { sweep } from './sweep.ts';

export const stories = { runGate, buildImage, rollOut, sweep };
