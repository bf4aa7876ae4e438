// Runs a file of SQL in DuckDB, on one thread, and prints the rows of every SELECT
// as one line of JSON.
//
//	node duckdb.mjs NODE_FOLDER DATABASE SQL_FILE [NAME VALUE]...
//
// {{NAME}} in the file becomes VALUE.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, database, file, ...words] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(folder + "/")("@duckdb/node-api");

let sql = readFileSync(file, "utf8").replace(/^--.*$/gm, "");
for (let i = 0; i < words.length; i += 2)
	sql = sql.replaceAll(`{{${words[i]}}}`, words[i + 1].replaceAll("'", "''"));

const instance = await DuckDBInstance.create(database, { threads: "1" });
const connection = await instance.connect();
for (const statement of sql.split(/;$/m)) {
	if (!statement.trim())
		continue;
	const rows = await connection.runAndReadAll(statement);
	if (statement.trim().startsWith("SELECT"))
		console.log(JSON.stringify(rows.getRowObjectsJson()));
}
