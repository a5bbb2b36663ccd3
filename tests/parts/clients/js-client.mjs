// One caller of credential_process: the AWS SDK for JavaScript v3, as Claude Code uses it.
// Environment: AWS_PROFILE, AWS_CONFIG_FILE or HOME, AWS_ENDPOINT_URL*; CALLS=sts|sts,bedrock (default sts).
// Prints one line of JSON: {"caller":{..},"model":{..}} or {"error":{"name":"..","message":".."}} and exits 1.
import { load } from '../load.mjs';

const { CALLS = 'sts', AWS_REGION = 'us-east-1' } = process.env;
const CALL = { sts: caller, bedrock: model };

try {
  const answers = {};
  for (const name of CALLS.split(',')) Object.assign(answers, await CALL[name]());
  print(answers);
} catch ({ name, message }) {
  print({ error: { name, message } });
  process.exitCode = 1;
}

async function caller() {
  const { STSClient, GetCallerIdentityCommand } = await load('@aws-sdk/client-sts');
  const { Account, Arn, UserId } = await new STSClient({ region: AWS_REGION }).send(new GetCallerIdentityCommand({}));
  return { caller: { Account, Arn, UserId } };
}

async function model() {
  const { BedrockRuntimeClient, InvokeModelCommand } = await load('@aws-sdk/client-bedrock-runtime');
  // HTTP/1.1, as in Claude Code; by itself this client speaks HTTP/2, which a local endpoint does not.
  const { NodeHttpHandler } = await load('@smithy/node-http-handler');
  const client = new BedrockRuntimeClient({ region: AWS_REGION, requestHandler: new NodeHttpHandler() });
  const { body } = await client.send(new InvokeModelCommand({
    modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
    contentType: 'application/json',
    body: JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }),
  }));
  return { model: JSON.parse(Buffer.from(body).toString()) };
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
