CREATE TABLE "ai_settings" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"provider" text,
	"model" text,
	"embedding_model" text,
	"base_url" text,
	"region" text,
	"sealed_keys" text,
	"key_hint" text,
	"monthly_tokens" bigint,
	"monthly_cost" numeric(12, 2),
	"prices" jsonb DEFAULT '{}' NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	"updated_by_id" uuid,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_settings_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_usage" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"user_id" uuid,
	"task" text NOT NULL,
	"prompt_version" integer,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"is_installations" boolean NOT NULL,
	"fault" text,
	"attempts" integer NOT NULL,
	"input_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"is_estimate" boolean NOT NULL,
	"cost" numeric(14, 8),
	"duration_ms" integer NOT NULL,
	CONSTRAINT "ai_usage_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "ai_settings" ADD CONSTRAINT "ai_settings_workspace_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_settings" ADD CONSTRAINT "ai_settings_updated_by_fk" FOREIGN KEY ("workspace_id","updated_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_settings_one" ON "ai_settings" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "ai_usage_by_time" ON "ai_usage" USING btree ("workspace_id","created_at");