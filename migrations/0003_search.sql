CREATE TABLE "merges" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"entity" text NOT NULL,
	"target_id" uuid NOT NULL,
	"source_ids" text[] DEFAULT '{}' NOT NULL,
	"moved" jsonb,
	"undone_at" timestamp(3) with time zone,
	CONSTRAINT "merges_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"entity" text NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"filter" jsonb,
	"sort" text,
	"columns" text[] DEFAULT '{}' NOT NULL,
	"layout" jsonb,
	"shared" boolean DEFAULT false NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	CONSTRAINT "saved_views_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "merges" ADD CONSTRAINT "merges_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "merges_workspace_id_updated_at_id_index" ON "merges" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "merges_workspace_id_created_at_id_index" ON "merges" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "merges_workspace_id_deleted_at_id_index" ON "merges" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "merges_workspace_id_created_by_id_index" ON "merges" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "saved_views_workspace_id_updated_at_id_index" ON "saved_views" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "saved_views_workspace_id_created_at_id_index" ON "saved_views" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "saved_views_workspace_id_deleted_at_id_index" ON "saved_views" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "saved_views_workspace_id_created_by_id_index" ON "saved_views" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "saved_views_name" ON "saved_views" USING btree ("workspace_id","name","id");--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_own_default" ON "saved_views" USING btree ("workspace_id","entity","created_by_id") WHERE is_default and not shared and deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_shared_default" ON "saved_views" USING btree ("workspace_id","entity") WHERE is_default and shared and deleted_at is null;