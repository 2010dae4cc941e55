// json-rpc-2.0, which leaves the transport to its user.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } from 'json-rpc-2.0';
import WebSocket from 'ws';
import * as daybook from './daybook.mjs';

const { httpURL, wsURL, token, questions } = daybook;

const overHTTP = (header) => {
  const client = new JSONRPCClient(async (message) => {
    const headers = { 'Content-Type': 'application/json', Authorization: header };
    const answer = await fetch(httpURL, { method: 'POST', headers, body: JSON.stringify(message) });
    if (answer.status === 200) client.receive(await answer.json());
    else if (answer.status !== 204) throw new Error(answer.statusText);
  });
  return client;
};
const caller = (client) => (method, params) => client.request(method, params);

async function overWebSocket(t) {
  const socket = new WebSocket(wsURL, { headers: { Authorization: `Bearer ${token}` } });
  t.after(() => socket.terminate());
  const peer = new JSONRPCServerAndClient(
    new JSONRPCServer(),
    new JSONRPCClient((message) => socket.send(JSON.stringify(message))),
  );
  socket.on('message', (text) => peer.receiveAndSend(JSON.parse(text)));
  await once(socket, 'open');
  return peer;
}

test('three lines', daybook.limit, async () => {
  const { method, params, result } = questions[0];
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const client = new JSONRPCClient(async (message) =>
    client.receive(await (await fetch(httpURL, { method: 'POST', headers, body: JSON.stringify(message) })).json()));
  const answer = await client.request(method, params);
  assert.deepEqual(answer, result);
});

test('HTTP: answers and errors', daybook.limit, async () => {
  await daybook.asks(caller(overHTTP(`Bearer ${token}`)));
  await daybook.refused(caller(overHTTP(`Bearer ${daybook.userToken}`)));
  await daybook.unknown(caller(overHTTP(`Bearer ${daybook.wrongToken}`)));
});

test('HTTP: no params', daybook.limit, async () => {
  await daybook.discovers(caller(overHTTP(`Bearer ${token}`)));
});

test('HTTP: batch and notification', daybook.limit, async () => {
  const client = overHTTP(`Bearer ${token}`);
  daybook.isBatch(await client.requestAdvanced(daybook.batch()));
  client.notify(questions[0].method, questions[0].params);
  await daybook.asks(caller(client));
});

test('WebSocket: answers, errors and batch', daybook.limit, async (t) => {
  const peer = await overWebSocket(t);
  await daybook.asks(caller(peer));
  daybook.isBatch(await peer.requestAdvanced(daybook.batch()));
});

test('WebSocket: live rows', daybook.limit, async (t) => {
  const peer = await overWebSocket(t);
  const events = daybook.queue();
  peer.addMethod('LogEvent', events.put);
  await daybook.live(caller(peer), events.next);
});

test('WebSocket: cancel', daybook.limit, async (t) => {
  const peer = await overWebSocket(t);
  const answer = peer.requestAdvanced({ jsonrpc: '2.0', id: 99, ...daybook.slow });
  peer.notify('$/cancelRequest', { id: 99 });
  daybook.isError((await answer).error, daybook.cancelled);
});
