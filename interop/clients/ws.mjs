// Plain ws: messages are written and read by hand.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import WebSocket from 'ws';
import * as daybook from './daybook.mjs';

const { wsURL, token, questions } = daybook;

// connect opens a connection, on which call is a request and next the next event.
async function connect(t, options = { headers: { Authorization: `Bearer ${token}` } }) {
  const socket = new WebSocket(wsURL, options);
  t.after(() => socket.terminate());
  await once(socket, 'open');
  const pending = new Map();
  const events = daybook.queue();
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (Array.isArray(message)) return pending.get('batch')(message);
    if (message.method) return events.put(message.params);
    pending.get(message.id)(message);
  });
  let last = 0;
  const call = async (method, params) => {
    const id = `call ${++last}`;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const { result, error } = await new Promise((resolve) => pending.set(id, resolve));
    if (error) throw error;
    return result;
  };
  return { socket, call, next: events.next, pending };
}

test('three lines', daybook.limit, async (t) => {
  const { method, params, result } = questions[0];
  const socket = new WebSocket(wsURL, { headers: { Authorization: `Bearer ${token}` } });
  socket.on('open', () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })));
  const [text] = await once(socket, 'message');
  t.after(() => socket.terminate());
  assert.deepEqual(JSON.parse(text).result, result);
});

test('answers and errors', daybook.limit, async (t) => {
  const { call } = await connect(t);
  await daybook.asks(call);
  await daybook.refused((await connect(t, { headers: { Authorization: `Token ${daybook.userToken}` } })).call);
});

test('no params', daybook.limit, async (t) => {
  await daybook.discovers((await connect(t)).call);
});

test('a wrong token ends the upgrade', daybook.limit, async () => {
  const socket = new WebSocket(wsURL, { headers: { Authorization: `Bearer ${daybook.wrongToken}` } });
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 401);
  socket.on('error', () => {});
  socket.terminate();
});

test('Authenticate, where no header can be sent', daybook.limit, async (t) => {
  const { call } = await connect(t, {});
  await assert.rejects(call(questions[0].method, questions[0].params), { code: -32001 });
  const { session } = await call('Authenticate', { token });
  assert.equal(session, 'SESSION_MANAGER');
  await daybook.asks(call);
});

test('batch', daybook.limit, async (t) => {
  const { socket, pending } = await connect(t);
  const answers = new Promise((resolve) => pending.set('batch', resolve));
  socket.send(JSON.stringify(daybook.batch()));
  daybook.isBatch(await answers);
});

test('live rows', daybook.limit, async (t) => {
  const { call, next } = await connect(t);
  await daybook.live(call, next);
});

test('cancel', daybook.limit, async (t) => {
  const { socket, pending } = await connect(t);
  const answer = new Promise((resolve) => pending.set(7, resolve));
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 7, ...daybook.slow }));
  socket.send(JSON.stringify({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 7 } }));
  daybook.isError((await answer).error, daybook.cancelled);
});

test('pings are answered, and compression is declined', daybook.limit, async (t) => {
  const { socket, call } = await connect(t, { headers: { Authorization: `Bearer ${token}` }, perMessageDeflate: true });
  assert.equal(socket.extensions, '');
  socket.ping('hello');
  const [payload] = await once(socket, 'pong');
  assert.equal(String(payload), 'hello');
  await daybook.asks(call);
});

// ws gives up where a server selects none of the subprotocols that it offered, as
// browsers do.
test('a subprotocol is not selected', daybook.limit, async () => {
  const socket = new WebSocket(wsURL, ['jsonrpc'], { headers: { Authorization: `Bearer ${token}` } });
  const [error] = await once(socket, 'error');
  assert.match(error.message, /subprotocol/);
});

test('origins', daybook.limit, async (t) => {
  const own = wsURL.replace(/^ws/, 'http').replace(/\/rpc$/, '');
  await daybook.asks((await connect(t, { origin: own, headers: { Authorization: `Bearer ${token}` } })).call);
  const foreign = new WebSocket(wsURL, { origin: 'http://elsewhere.example', headers: { Authorization: `Bearer ${token}` } });
  const [, response] = await once(foreign, 'unexpected-response');
  assert.equal(response.statusCode, 403);
  foreign.on('error', () => {});
  foreign.terminate();
});

test('the close handshake', daybook.limit, async (t) => {
  const { socket } = await connect(t);
  socket.close(1000, 'done');
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
});
