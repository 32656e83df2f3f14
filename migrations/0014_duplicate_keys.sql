CREATE TABLE "duplicate_keys" (
	"workspace_id" uuid NOT NULL,
	"entity" text NOT NULL,
	"kind" text NOT NULL,
	"key" text collate "C" NOT NULL,
	"id" uuid NOT NULL,
	"is_doubled" boolean DEFAULT false NOT NULL,
	CONSTRAINT "duplicate_keys_workspace_id_entity_kind_key_id_pk" PRIMARY KEY("workspace_id","entity","kind","key","id")
);
--> statement-breakpoint
CREATE TABLE "duplicate_names" (
	"workspace_id" uuid NOT NULL,
	"a" uuid NOT NULL,
	"b" uuid NOT NULL,
	"entity" text NOT NULL,
	"name" text NOT NULL,
	"likeness" real NOT NULL,
	CONSTRAINT "duplicate_names_workspace_id_a_b_pk" PRIMARY KEY("workspace_id","a","b")
);
--> statement-breakpoint
CREATE INDEX "duplicate_keys_record" ON "duplicate_keys" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "duplicate_keys_doubled" ON "duplicate_keys" USING btree ("workspace_id","entity","kind","key","id") WHERE is_doubled;--> statement-breakpoint
CREATE INDEX "duplicate_names_b" ON "duplicate_names" USING btree ("workspace_id","b");--> statement-breakpoint
CREATE INDEX "duplicate_names_likest" ON "duplicate_names" USING btree ("workspace_id","entity","likeness" DESC NULLS LAST,"a","b");