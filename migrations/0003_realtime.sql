CREATE TABLE "used_realtime_tickets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "used_realtime_tickets_expires_at_index" ON "used_realtime_tickets" USING btree ("expires_at");