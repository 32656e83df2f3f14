CREATE TABLE "dashboards" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"description" text,
	"shared" boolean DEFAULT false NOT NULL,
	"tiles" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "dashboards_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "report_mails" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"report_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "report_mails_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "report_opt_outs" (
	"workspace_id" uuid NOT NULL,
	"report_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "report_opt_outs_workspace_id_report_id_user_id_pk" PRIMARY KEY("workspace_id","report_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"description" text,
	"entity" text NOT NULL,
	"filter" jsonb,
	"group_by" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"measures" jsonb NOT NULL,
	"chart" text DEFAULT 'BAR' NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"schedule" jsonb,
	"schedule_error" text,
	"next_send_at" timestamp(3) with time zone,
	"last_sent_at" timestamp(3) with time zone,
	"send_zone" text,
	CONSTRAINT "reports_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "dashboards" ADD CONSTRAINT "dashboards_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_mails" ADD CONSTRAINT "report_mails_report_fk" FOREIGN KEY ("workspace_id","report_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_mails" ADD CONSTRAINT "report_mails_user_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_opt_outs" ADD CONSTRAINT "report_opt_outs_report_fk" FOREIGN KEY ("workspace_id","report_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_opt_outs" ADD CONSTRAINT "report_opt_outs_user_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dashboards_workspace_id_updated_at_id_index" ON "dashboards" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "dashboards_workspace_id_created_at_id_index" ON "dashboards" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "dashboards_workspace_id_deleted_at_id_index" ON "dashboards" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "dashboards_workspace_id_created_by_id_index" ON "dashboards" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "dashboards_name" ON "dashboards" USING btree ("workspace_id","name","id");--> statement-breakpoint
CREATE UNIQUE INDEX "report_mails_once" ON "report_mails" USING btree ("workspace_id","report_id","user_id","due_at");--> statement-breakpoint
CREATE INDEX "report_mails_age" ON "report_mails" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "reports_workspace_id_updated_at_id_index" ON "reports" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "reports_workspace_id_created_at_id_index" ON "reports" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "reports_workspace_id_deleted_at_id_index" ON "reports" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "reports_workspace_id_created_by_id_index" ON "reports" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "reports_name" ON "reports" USING btree ("workspace_id","name","id");--> statement-breakpoint
CREATE INDEX "reports_due" ON "reports" USING btree ("next_send_at") WHERE next_send_at is not null and deleted_at is null;