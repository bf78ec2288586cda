// Reads simulations from standard input, one a line as JSON, and writes what the simulator makes of each.
import { createInterface } from "node:readline";
import { runSimulation } from "@cloud-copilot/iam-simulate";

for await (const line of createInterface({ input: process.stdin })) {
  const found = await runSimulation(JSON.parse(line), {});
  console.log(found.resultType === "error" ? `error ${JSON.stringify(found.errors)}` : found.overallResult);
}
