import { loadPackageDefinition, Server, ServerCredentials, type ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProviderSchema, Schemas } from "../../../src/aws/schema/format.ts";
import { found, pack, planned, unpack, wireSchemas } from "./wire.ts";
import { World } from "./world.ts";

/** A provider that knows the AWS provider's schema and nothing of AWS: what it makes is in a world of its own. */
export interface StubProvider {
  readonly world: World;
  /** What `TF_REATTACH_PROVIDERS` has to say for Terraform and OpenTofu to use it. */
  readonly reattach: string;
  /** Values of parameters, by name, as somebody else has written them. */
  readonly parameters: Map<string, string>;
  /** Values of secrets that it was given, in no order. */
  readonly secrets: string[];
  stop(): void;
}

interface Value {
  readonly msgpack: Uint8Array;
}
interface Asked {
  readonly type_name: string;
  readonly config: Value;
  readonly id: string;
  readonly prior_state: Value;
  readonly current_state: Value;
  readonly proposed_new_state: Value;
  readonly planned_state: Value;
  readonly raw_state: { readonly json: Uint8Array };
}
type Handler = (call: { readonly request: Asked }, answer: (error: Error | null, value?: object) => void) => void;

/** What every random password is. */
export const PASSWORD = "Xq7PasswordThatIsInNoState";

const PROTO = fileURLToPath(new URL("provider.proto", import.meta.url));
const NAMES = ["registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws"];

/** Serves the schema on a socket in this directory, so that the real `validate` and `plan` run without network and account. */
export async function startProvider(schema: ProviderSchema, directory: string): Promise<StubProvider> {
  const { tfplugin6 } = loadPackageDefinition(loadSync(PROTO, { keepCase: true, longs: Number })) as unknown as {
    tfplugin6: { Provider: ServiceClientConstructor };
  };
  const parameters = new Map<string, string>();
  const secrets: string[] = [];
  const world = new World();
  const server = new Server({ "grpc.max_send_message_length": -1, "grpc.max_receive_message_length": -1 });
  server.addService(tfplugin6.Provider.service, handlers(schema, parameters, secrets, world));
  const socket = join(directory, "provider.sock");
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
  const place = { Protocol: "grpc", ProtocolVersion: 6, Pid: process.pid, Test: true, Addr: { Network: "unix", String: socket } };
  const reattach = JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, place])));
  return { world, parameters, secrets, reattach, stop: () => server.forceShutdown() };
}

function handlers(schema: ProviderSchema, parameters: ReadonlyMap<string, string>, secrets: string[], world: World): Readonly<Record<string, Handler>> {
  const fine: Handler = (_call, answer) => answer(null, {});
  const wire = wireSchemas(schema);
  const looked = (schemas: Schemas, { type_name, config }: Asked) => found(blockOf(schemas, type_name), unpack(config.msgpack) ?? {});
  return {
    GetProviderSchema: (_call, answer) => answer(null, wire),
    ValidateProviderConfig: fine,
    ValidateResourceConfig: fine,
    ValidateDataResourceConfig: fine,
    ValidateEphemeralResourceConfig: fine,
    ConfigureProvider: fine,
    CloseEphemeralResource: fine,
    StopProvider: fine,
    PlanResourceChange: ({ request }, answer) => {
      const proposed = unpack(request.proposed_new_state.msgpack);
      const state = proposed && planned(blockOf(schema.resource_schemas, request.type_name), proposed);
      const replacing = world.replacing(request.type_name, unpack(request.prior_state.msgpack), proposed);
      const requires_replace = replacing.map((attribute_name) => ({ steps: [{ attribute_name }] }));
      // The AWS provider is of the older kind, to which Terraform allows small inconsistencies.
      answer(null, { planned_state: { msgpack: pack(state) }, requires_replace, legacy_type_system: true });
    },
    ApplyResourceChange: ({ request }, answer) => {
      const state = unpack(request.planned_state.msgpack);
      const written = unpack(request.config.msgpack)?.["secret_string_wo"];
      if (typeof written === "string") secrets.push(written);
      const block = blockOf(schema.resource_schemas, request.type_name);
      void world.apply(block, request.type_name, unpack(request.prior_state.msgpack), state).then(({ state: made, complaint }) => {
        answer(null, { new_state: { msgpack: pack(made) }, diagnostics: complaint === null ? [] : [complaint], legacy_type_system: true });
      });
    },
    ReadResource: ({ request }, answer) => {
      const state = unpack(request.current_state.msgpack);
      answer(null, { new_state: { msgpack: pack(state && world.read(request.type_name, state)) } });
    },
    ImportResourceState: ({ request }, answer) => {
      const state = world.adopt(blockOf(schema.resource_schemas, request.type_name), request.type_name, request.id);
      answer(null, { imported_resources: [{ type_name: request.type_name, state: { msgpack: pack(state) } }] });
    },
    UpgradeResourceState: ({ request }, answer) => answer(null, { upgraded_state: { json: request.raw_state.json } }),
    ReadDataSource: ({ request }, answer) => {
      void world.lookUp(request.type_name).then((complaint) => {
        if (complaint !== null) return answer(null, { diagnostics: [complaint] });
        const state = looked(schema.data_source_schemas, request);
        const parameter = request.type_name === "aws_ssm_parameter" ? parameters.get(String(state["name"])) : undefined;
        answer(null, { state: { msgpack: pack(parameter === undefined ? state : { ...state, insecure_value: parameter }) } });
      });
    },
    OpenEphemeralResource: ({ request }, answer) => {
      const opened = { ...looked(schema.ephemeral_resource_schemas, request), random_password: PASSWORD };
      answer(null, { result: { msgpack: pack(opened) } });
    },
  };
}

function blockOf(schemas: Schemas, type: string) {
  const schema = schemas[type];
  if (!schema) throw new Error(`Terraform asks for ${type}, which the schema does not have`);
  return schema.block;
}
