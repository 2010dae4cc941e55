// What the scripts know of the server that they are started against, and what
// every client is asked.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these by go test`);
  return value;
}

// Where the server listens: http://host:port/rpc, ws://host:port/rpc, and host
// and port of TCP.
export const httpURL = env('DAYBOOK_HTTP');
export const wsURL = httpURL.replace(/^http/, 'ws');
const [host, port] = env('DAYBOOK_TCP').split(':');
export const tcp = { host, port: Number(port) };

export const token = env('DAYBOOK_TOKEN'); // of a manager
export const userToken = env('DAYBOOK_USER_TOKEN'); // of a session without rights
export const wrongToken = 'dbk_nobody';

// Every test ends by then, in milliseconds.
export const limit = { timeout: 12000 };

// A script whose clients hang after that ends all the same.
setTimeout(() => process.exit(1), 40000).unref();

// recorded returns a recorded request with its answer, by its note.
function recorded(file, note) {
  const lines = readFileSync(join(env('DAYBOOK_RECORDED'), file), 'utf8').split('\n');
  const found = lines.filter(Boolean).map((line) => JSON.parse(line)).find((one) => one.note === note);
  assert.ok(found, `${file} has a recording ${note}`);
  return found;
}

const getLogs = recorded('examples.jsonl', 'errors about margin, of three days');
const getLogsByFilter = recorded('examples.jsonl', 'what managers did, but not from one address');
const badParams = recorded('params.jsonl', 'an unknown field, nested');
const noRights = recorded('protocol.jsonl', 'a session without rights');

// questions are requests without envelope, each with what was recorded for it.
export const questions = [getLogs, getLogsByFilter].map(({ request, answer }) => ({
  method: request.method, params: request.params, result: answer.result,
}));
export const fault = { method: badParams.request.method, params: badParams.request.params, error: badParams.answer.error };

// asks has a client answer the questions, and one with a fault. call takes a
// method and params, and resolves to the result or rejects with an error that
// has code, message and data.
export async function asks(call) {
  for (const { method, params, result } of questions) {
    assert.deepEqual(await call(method, params), result);
  }
  await assert.rejects(call(fault.method, fault.params), (e) => isError(e, fault.error));
}

// discovers calls a method without params.
export async function discovers(call) {
  const { info } = await call('rpc.discover');
  assert.equal(info.title, 'Daybook');
}

// refused wants a call to be refused for its session.
export async function refused(call) {
  const { request, answer } = noRights;
  await assert.rejects(call(request.method, request.params), (e) => isError(e, answer.error));
}

// unknown wants a call to be refused for its token, which nobody has.
export async function unknown(call) {
  const { method, params } = questions[0];
  await assert.rejects(call(method, params), (e) => isError(e, {
    code: -32001, message: 'unknown token', data: { name: 'PERMISSION_DENIED', code: 401 },
  }));
}

// isError holds what a client made of an error against the one that was sent.
export function isError(got, want) {
  assert.equal(got.code, want.code);
  assert.ok(got.message.includes(want.message), `${got.message} has ${want.message}`);
  assert.deepEqual(got.data, want.data);
  return true;
}

// batch returns the questions, the one with a fault and a notification, and
// isBatch wants the answers to them, in whatever order they come.
export const batch = () => [
  { jsonrpc: '2.0', method: questions[0].method, params: questions[0].params },
  ...[...questions, fault].map(({ method, params }, i) => ({ jsonrpc: '2.0', id: i + 1, method, params })),
];
export function isBatch(answers) {
  const want = [...questions, fault].map(({ result, error }, i) => ({
    jsonrpc: '2.0', id: i + 1, ...(result ? { result } : { error }),
  }));
  assert.deepEqual([...answers].sort((a, b) => a.id - b.id), want);
}

// A subscription of live: the rows that the source writes, and no others.
const source = `client-${process.pid}`;
const conditions = { where: ['source', '=', source] };
const structure = questions[1].result.structure;

// live subscribes, appends to the journal, and wants the rows of LogEvent, whose
// params next() resolves to, one event after the other; then unsubscribes.
export async function live(call, next) {
  const { subscription, cursor } = await call('SubscribeLogs', conditions);
  assert.equal(typeof cursor, 'string');
  const rows = ['Grüße, “quoted”', 'the second', 'the third'].map((detail, i) =>
    [1795255201 + i, 'CLIENT', '17', 'Login', 'SUCCESS', source, detail]);
  append(rows.slice(0, 1));
  append([[1795255201, 'CLIENT', '17', 'Login', 'SUCCESS', 'somebody else', '']]);
  append(rows.slice(1));
  const got = [];
  while (got.length < rows.length) {
    const event = await next();
    assert.equal(event.subscription, subscription);
    assert.deepEqual(event.structure, structure);
    assert.equal(event.dropped, 0);
    got.push(...event.rows);
  }
  assert.deepEqual(got, rows);
  assert.equal(await call('UnsubscribeLogs', { subscription }), true);
  assert.equal(await call('UnsubscribeLogs', { subscription }), false);
}

// resumes wants the rows that were written while the connection was away, after
// those that it brought. away() ends it, calls what it is given, and resolves when
// there is another.
export async function resumes(call, next, away) {
  const rows = ['before', 'meanwhile', 'at last'].map((detail, i) =>
    [1795255301 + i, 'MANAGER', '7', 'Logout', 'INFO', source, detail]);
  await call('SubscribeLogs', conditions);
  append(rows.slice(0, 1));
  const event = await next();
  assert.deepEqual(event.rows, rows.slice(0, 1));
  await away(() => append(rows.slice(1, 2)));
  await call('SubscribeLogs', { ...conditions, after: event.cursor });
  append(rows.slice(2));
  const got = [];
  while (got.length < 2) got.push(...(await next()).rows);
  assert.deepEqual(got, rows.slice(1));
}

function append(rows) {
  appendFileSync(env('DAYBOOK_LIVE_FILE'), rows.map((row) => row.join('\t') + '\n').join(''));
}

// slow takes a server a second or so, unless it is cancelled: it must try many
// regular expressions that match late or never.
export const slow = {
  method: 'GetLogsByFilter',
  params: {
    limit: 0, offset: 0, whereBetween: ['timestamp', [0, '9999-12-31T23:59:59Z']],
    where: Array.from({ length: 60 }, (_, i) => ['detail', 'not regexp', `[a-z](?:.?.?){${900 + i}}[\\x00\\x01]{2}`]),
  },
};
export const cancelled = { code: -32008, message: 'cancelled', data: { reason: 'cancelled' } };

// queue hands what is put into it to whoever waits for it.
export function queue() {
  const items = [];
  const waiting = [];
  return {
    put: (item) => (waiting.length ? waiting.shift()(item) : items.push(item)),
    next: () => new Promise((resolve) => (items.length ? resolve(items.shift()) : waiting.push(resolve))),
  };
}
