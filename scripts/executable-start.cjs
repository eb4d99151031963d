// Starts one of the programs in the single file, beside which this lies: the command line, or the agent where the file is
// called bpfcompat-agent (a link) or runs as the agent's worker, which names build/agent.mjs as it does everywhere.
const { basename } = require('node:path');

const isWorker = /\/build\/agent\.mjs$/.test(process.argv[2] ?? '');
if (isWorker) process.argv.splice(2, 1);
import(isWorker || basename(process.argv0) === 'bpfcompat-agent' ? './agent.mjs' : './cli.mjs');
