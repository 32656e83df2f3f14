ALTER TABLE "mailboxes" ADD COLUMN "auth" text DEFAULT 'PASSWORD' NOT NULL;--> statement-breakpoint
ALTER TABLE "mailboxes" ADD COLUMN "token_url" text;--> statement-breakpoint
ALTER TABLE "mailboxes" ADD COLUMN "client_id" text;