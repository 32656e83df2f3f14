CREATE TABLE "visits" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"contact_id" uuid,
	"contact_name" text collate "und-x-icu" NOT NULL,
	"date" date NOT NULL,
	"time" text NOT NULL,
	"duration_minutes" integer DEFAULT 30 NOT NULL,
	"reason" text NOT NULL,
	"status" text DEFAULT 'SCHEDULED' NOT NULL,
	"notes" text,
	"starts_at" timestamp(3) with time zone NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL,
	"reminder_minutes" integer,
	"remind_at" timestamp(3) with time zone,
	"reminded_at" timestamp(3) with time zone,
	"search_text" text GENERATED ALWAYS AS (crm_fold(contact_name || ' ' || reason || ' ' || coalesce(notes, ''))) STORED,
	CONSTRAINT "visits_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_updated_at_id_index" ON "visits" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_created_at_id_index" ON "visits" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_deleted_at_id_index" ON "visits" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_owner_id_index" ON "visits" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_contact_id_index" ON "visits" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_created_by_id_index" ON "visits" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "visits_day" ON "visits" USING btree ("workspace_id","date","time","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_time" ON "visits" USING btree ("workspace_id","starts_at") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_reminders" ON "visits" USING btree ("starts_at") WHERE status = 'SCHEDULED' and reminded_at is null and deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_search" ON "visits" USING gin ("workspace_id","search_text" gin_trgm_ops);