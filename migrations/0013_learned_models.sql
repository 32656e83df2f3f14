CREATE TABLE "interaction_findings" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"interaction_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"cue" text NOT NULL,
	"confidence" real NOT NULL,
	"field" text NOT NULL,
	"sentence" text NOT NULL,
	"start" integer NOT NULL,
	"finish" integer NOT NULL,
	"status" text DEFAULT 'PROPOSED' NOT NULL,
	"decided_by_id" uuid,
	"decided_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "interaction_findings_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "learned_models" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"options" jsonb NOT NULL,
	"card" jsonb,
	"parameters" text,
	"message" text,
	"requested_by_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"trained_at" timestamp(3) with time zone,
	CONSTRAINT "learned_models_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "interaction_findings" ADD CONSTRAINT "interaction_findings_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interaction_findings" ADD CONSTRAINT "interaction_findings_interaction_fk" FOREIGN KEY ("workspace_id","interaction_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "learned_models" ADD CONSTRAINT "learned_models_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "interaction_findings_of" ON "interaction_findings" USING btree ("workspace_id","interaction_id");--> statement-breakpoint
CREATE INDEX "interaction_findings_decided" ON "interaction_findings" USING btree ("workspace_id","kind","cue","status");--> statement-breakpoint
CREATE UNIQUE INDEX "learned_models_version" ON "learned_models" USING btree ("workspace_id","kind","version");--> statement-breakpoint
CREATE INDEX "learned_models_newest" ON "learned_models" USING btree ("workspace_id","created_at","id");