// spawn.js: Node's child_process, as a peer of the spawning benchmark.
//
//     node spawn.js PROGRAM N IN-FLIGHT [capture]      prints us_per_process=X
'use strict';
const { spawn } = require('child_process');

const [program, count, inFlight, capture] = process.argv.slice(2);
const stdio = ['ignore', capture === 'capture' ? 'pipe' : 'inherit', 'inherit'];
let started = 0;
let ended = 0;

function fail(why) {
  console.error(`spawn.js: ${program}: ${why}`);
  process.exit(1);
}

function next() {
  if (started === +count) return;
  started++;
  const child = spawn(program, [], { stdio });
  if (child.stdout) child.stdout.resume();
  child.on('error', fail);
  child.on('close', (code) => {
    if (code !== 0) fail('it failed');
    if (++ended === +count) {
      const us = Number(process.hrtime.bigint() - begin) / 1e3;
      console.log(`us_per_process=${(us / +count).toFixed(2)}`);
    }
    next();
  });
}

const begin = process.hrtime.bigint();
for (let i = 0; i < +inFlight; i++) next();
