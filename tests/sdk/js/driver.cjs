// Drives AWS's JavaScript clients: requests come in as lines of JSON on
// standard input, {id, operation, input} or {endpoint, attempts}, and answers
// go out the same way, as they come. Dates are {"$date": milliseconds}.
"use strict";

const http = require("http");
const { createRequire } = require("module");
const path = require("path");
const readline = require("readline");

const from = createRequire(path.join(process.argv[2], "package.json"));
const packages = [
	from("@aws-sdk/client-chime-sdk-messaging"),
	from("@aws-sdk/client-chime-sdk-identity"),
];
const clientNames = ["ChimeSDKMessagingClient", "ChimeSDKIdentityClient"];
let clients = [];

function say(object) {
	process.stdout.write(JSON.stringify(object) + "\n");
}

function connect({ endpoint, attempts }) {
	clients = packages.map((pack, i) => new pack[clientNames[i]]({
		endpoint,
		region: "us-east-1",
		maxAttempts: attempts,
		requestHandler: {
			httpAgent: new http.Agent({
				keepAlive: true,
				maxSockets: 64,
			}),
		},
	}));
	say({ endpoint });
}

function revive(key, value) {
	if (value !== null && typeof value === "object" && "$date" in value)
		return new Date(value.$date);
	return value;
}

// Dates become text before a replacer sees them, unless it asks for them.
function plain(value) {
	if (value instanceof Date)
		return { $date: value.getTime() };
	if (Array.isArray(value))
		return value.map(plain);
	if (value !== null && typeof value === "object")
		return Object.fromEntries(Object.entries(value)
			.map(([key, inner]) => [key, plain(inner)]));
	return value;
}

// The class of the error, if the package has it: an error that the client
// could not tell is of its general class.
function className(pack, error) {
	const typed = pack[error.name];

	return typed && error instanceof typed ? error.name
		: error.constructor.name;
}

async function call({ id, operation, input }) {
	const command = operation + "Command";
	const which = packages.findIndex((pack) => command in pack);
	const pack = packages[which];
	const started = process.hrtime.bigint();
	let answer;

	try {
		const output = await clients[which].send(
			new pack[command](input));
		const { $metadata: facts, ...members } = output;

		answer = { status: facts.httpStatusCode,
			request_id: facts.requestId, members: plain(members) };
	} catch (error) {
		const facts = error.$metadata || {};

		answer = { status: facts.httpStatusCode || 0,
			request_id: facts.requestId || "",
			error: className(pack, error),
			message: error.message };
	}
	const elapsed = process.hrtime.bigint() - started;

	say({ id, ...answer, elapsed_ms: Number(elapsed) / 1e6 });
}

say({ operations: packages.flatMap((pack) => Object.keys(pack)
	.filter((name) => name.endsWith("Command"))
	.map((name) => name.slice(0, -"Command".length))) });
readline.createInterface({ input: process.stdin }).on("line", (line) => {
	const request = JSON.parse(line, revive);

	if (request.endpoint)
		connect(request);
	else
		call(request);
});
