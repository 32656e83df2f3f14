CREATE TABLE "campaign_contacts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"campaign_id" uuid,
	"contact_id" uuid,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"reason" text,
	"email_id" uuid,
	"sent_at" timestamp(3) with time zone,
	"opened_at" timestamp(3) with time zone,
	"clicked_at" timestamp(3) with time zone,
	"bounced_at" timestamp(3) with time zone,
	"unsubscribed_at" timestamp(3) with time zone,
	CONSTRAINT "campaign_contacts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"name" text collate "und-x-icu" NOT NULL,
	"description" text,
	"type" text DEFAULT 'EMAIL' NOT NULL,
	"status" text DEFAULT 'PLANNING' NOT NULL,
	"start_date" date,
	"end_date" date,
	"budget" numeric(15, 2),
	"actual_cost" numeric(15, 2),
	"target_audience" jsonb,
	"goals" jsonb,
	"template_id" uuid,
	"sending_since" timestamp(3) with time zone,
	"sent_by_id" uuid,
	"last_batch_at" timestamp(3) with time zone,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(description, ''))) STORED,
	CONSTRAINT "campaigns_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "mail_inboxes" (
	"workspace_id" uuid NOT NULL,
	"kind" text DEFAULT 'WEBHOOK' NOT NULL,
	"token_hash" text NOT NULL,
	"created_by_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mail_inboxes_workspace_id_kind_pk" PRIMARY KEY("workspace_id","kind")
);
--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "campaign_id" uuid;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_campaign_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_email_id_fk" FOREIGN KEY ("workspace_id","email_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_sent_by_id_fk" FOREIGN KEY ("workspace_id","sent_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_template_id_fk" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_inboxes" ADD CONSTRAINT "mail_inboxes_created_by_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_updated_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_created_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_deleted_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_contact_id_index" ON "campaign_contacts" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_email_id_index" ON "campaign_contacts" USING btree ("workspace_id","email_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_created_by_id_index" ON "campaign_contacts" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_waiting" ON "campaign_contacts" USING btree ("workspace_id","campaign_id","status","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_contacts_once" ON "campaign_contacts" USING btree ("workspace_id","campaign_id","contact_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_updated_at_id_index" ON "campaigns" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_created_at_id_index" ON "campaigns" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_deleted_at_id_index" ON "campaigns" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_owner_id_index" ON "campaigns" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_sent_by_id_index" ON "campaigns" USING btree ("workspace_id","sent_by_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_template_id_index" ON "campaigns" USING btree ("workspace_id","template_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_created_by_id_index" ON "campaigns" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "campaigns_status" ON "campaigns" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_search" ON "campaigns" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_campaign_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_campaign_id_index" ON "emails" USING btree ("workspace_id","campaign_id");