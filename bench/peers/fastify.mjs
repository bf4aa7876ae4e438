// The same work as GET /report/{n} on fastify and ioredis: the keyed hash of
// the token, its session and the generation from Redis (pipelined by ioredis),
// the rendered report from memory.
//
//	node fastify.mjs PORT REDIS_SOCKET KEY MODULES
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

const [port, socket, key, modules] = process.argv.slice(2);
const require = createRequire(modules + "/");
const Redis = require("ioredis");
const redis = new Redis({ path: socket, enableAutoPipelining: true });
const app = require("fastify")({ logger: false });
const rendered = new Map();

app.get("/report/:n", async (request, reply) => {
  const token = request.headers.authorization ?? "";
  const digest = createHmac("sha256", key).update(token).digest("base64url");
  const [expires, generation] = await Promise.all([
    redis.hget(`bench:session:${digest}`, "expires"),
    redis.hget("bench:manifest", "generation"),
  ]);
  if (!(Number(expires) > Date.now() / 1000)) return reply.code(401).send();
  const name = `${generation}:${request.params.n}`;
  let body = rendered.get(name);
  if (body === undefined) {
    body = await redis.getBuffer(`bench:report:${request.params.n}`);
    rendered.set(name, body);
  }
  reply.header("etag", `"${name}"`);
  return reply.type("application/json").send(body);
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
