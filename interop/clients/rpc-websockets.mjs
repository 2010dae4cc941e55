// rpc-websockets, which is its own kind of WebSocket client.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from 'rpc-websockets';
import * as daybook from './daybook.mjs';

const { wsURL, token, questions } = daybook;

async function connect(t, options = { headers: { Authorization: `Bearer ${token}` } }) {
  const client = new Client(wsURL, { reconnect: false, ...options });
  t.after(() => client.close());
  await new Promise((resolve) => client.once('open', resolve));
  return { client, call: (method, params) => client.call(method, params) };
}

test('three lines', daybook.limit, async () => {
  const { method, params, result } = questions[0];
  const client = new Client(wsURL, { headers: { Authorization: `Bearer ${token}` } });
  await new Promise((resolve) => client.on('open', resolve));
  const answer = await client.call(method, params);
  client.close();
  assert.deepEqual(answer, result);
});

test('answers and errors', daybook.limit, async (t) => {
  await daybook.asks((await connect(t)).call);
  await daybook.refused((await connect(t, { headers: { Authorization: `Bearer ${daybook.userToken}` } })).call);
});

test('no params', daybook.limit, async (t) => {
  await daybook.discovers((await connect(t)).call);
});

test('Authenticate, and a token that nobody has', daybook.limit, async (t) => {
  const { call } = await connect(t, {});
  await assert.rejects(call('Authenticate', { token: daybook.wrongToken }), { code: -32001 });
  assert.equal((await call('Authenticate', { token })).session, 'SESSION_MANAGER');
  await daybook.asks(call);
});

test('a wrong token is the event error', daybook.limit, async (t) => {
  const client = new Client(wsURL, { reconnect: false, headers: { Authorization: `Bearer ${daybook.wrongToken}` } });
  t.after(() => client.close());
  const { message } = await new Promise((resolve) => client.once('error', resolve));
  assert.match(message, /401/);
});

test('live rows', daybook.limit, async (t) => {
  const { client, call } = await connect(t);
  const events = daybook.queue();
  client.on('LogEvent', events.put);
  await daybook.live(call, events.next);
});

test('cancel', daybook.limit, async (t) => {
  const { client } = await connect(t);
  const answer = client.call(daybook.slow.method, daybook.slow.params);
  await client.notify('$/cancelRequest', { id: 1 });
  await assert.rejects(answer, (e) => daybook.isError(e, daybook.cancelled));
});

// Its own conventions are methods that Daybook does not have.
test('login and subscribe are Authenticate and SubscribeLogs', daybook.limit, async (t) => {
  const { client } = await connect(t);
  await assert.rejects(client.login({ token }), { code: -32601 });
  await assert.rejects(client.subscribe('LogEvent'), { code: -32601 });
});

test('reconnects, and misses nothing', daybook.limit, async (t) => {
  const { client, call } = await connect(t, {
    headers: { Authorization: `Bearer ${token}` }, reconnect: true, reconnect_interval: 10, max_reconnects: 0,
  });
  const events = daybook.queue();
  client.on('LogEvent', events.put);
  await daybook.resumes(call, events.next, async (meanwhile) => {
    const closed = new Promise((resolve) => client.once('close', resolve));
    const again = new Promise((resolve) => client.once('open', resolve));
    client.close(4000, 'on purpose');
    meanwhile();
    await closed;
    await again;
  });
  await daybook.asks(call);
  client.setAutoReconnect(false);
});
