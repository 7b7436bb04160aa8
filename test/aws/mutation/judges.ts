import schemaDocument from "../../../src/aws/schema/provider-schema.json" with { type: "json" };
import { checkTerraform } from "../../../src/aws/read/check.ts";
import { readConfiguration, type WrittenFile } from "../../../src/aws/read/configuration.ts";
import { readGraph } from "../../../src/aws/read/graph.ts";
import { readNetwork } from "../../../src/aws/read/network.ts";
import { judgePosture } from "../../../src/aws/read/posture/index.ts";
import type { ProviderSchema, SchemaDocument } from "../../../src/aws/schema/format.ts";
import type { Graph } from "../../../src/model/graph.ts";
import { expectedGraph } from "../../../src/model/links.ts";
import type { Environment, Model } from "../../../src/model/model.ts";
import { expectedWays } from "../../conformance/network.ts";
import { policyProblems } from "../iam.ts";
import { definitionProblems, sharedProblems } from "./definition.ts";
import { requestProblems } from "./requests.ts";

/** Somebody who says what is wrong with the files of one directory. `shared` has no environment. */
export interface Judge {
  readonly name: string;
  /** Types of blocks that it looks at, where it is not all of them. */
  readonly about?: RegExp;
  judge(files: readonly WrittenFile[], model: Model, environment: Environment | null): Promise<readonly string[]> | readonly string[];
}

const [schema] = Object.values((schemaDocument as unknown as SchemaDocument).provider_schemas);

const POLICIES = /^aws_(iam|kms|s3_bucket_policy|sqs_queue_policy|sns_topic_policy|ecr_repository_policy|secretsmanager_secret_policy|cloudwatch_log_resource_policy)/;

/** The quick ones come first: the first that says something ends a mutant. The posture is the very first, so that all of its rules show what they see. */
export const JUDGES: readonly Judge[] = [
  { name: "posture", judge: (files) => judgePosture(files).map(({ rule, at, message }) => `${rule} ${at}: ${message}`) },
  { name: "schema", judge: (files) => checkTerraform(files, schema as ProviderSchema).map(({ at, message }) => `${at}: ${message}`) },
  { name: "network", about: /security_group|^aws_(lb|lb_listener|db_instance|instance|launch_template|autoscaling_group|lambda_function|vpc_endpoint)$/, judge: (files, _model, environment) => (environment ? networkProblems(files, environment) : []) },
  { name: "definition", judge: (files, model, environment) => (environment ? definitionProblems(model, environment, files) : sharedOf(model, files)) },
  { name: "actions", about: POLICIES, judge: async (files) => (await policyProblems(files)).map(({ at, message }) => `${at}: ${message}`) },
  { name: "links", judge: (files, _model, environment) => (environment ? graphProblems(files, environment) : []) },
  { name: "requests", about: /^aws_(lb|wafv2)_|^aws_lb$/, judge: (files, model, environment) => (environment ? requestProblems(model, environment, files) : []) },
];

function sharedOf({ environments }: Model, files: readonly WrittenFile[]): readonly string[] {
  const accounts = [...new Set(environments.flatMap(({ account }) => account ?? []))];
  return sharedProblems(accounts, [...new Set(environments.flatMap(({ services }) => services.map(({ name }) => name)))], files);
}

export function networkProblems(files: readonly WrittenFile[], environment: Environment): readonly string[] {
  const configuration = readConfiguration(files);
  const { ways, useless } = readNetwork(configuration);
  const found = ways.map(({ from, to, ports }) => `${from} → ${to} ${ports}`);
  return [...differences(found, expectedWays(environment, configuration)), ...useless.map((address) => `${address} is for nothing`)];
}

function graphProblems(files: readonly WrittenFile[], environment: Environment): readonly string[] {
  const ways = ({ edges }: Graph): readonly string[] => edges.map(({ from, to }) => `${from} → ${to}`);
  const [found, wanted] = [readGraph(files, environment.teams), expectedGraph(environment)];
  return [...differences(ways(found), ways(wanted)), ...differences(found.nodes, wanted.nodes)];
}

const differences = (found: readonly string[], wanted: readonly string[]): readonly string[] => [
  ...wanted.filter((each) => !found.includes(each)).map((each) => `not there: ${each}`),
  ...found.filter((each) => !wanted.includes(each)).map((each) => `too much: ${each}`),
];
